/** What a stateful set does to pods and claims, each with the event that Kubernetes writes for it. Pure. */
import { isFinished, type Pod } from "@kubus/shared/api/pod.ts";
import type { StatefulSet } from "@kubus/shared/api/workload.ts";
import { persistentVolumeClaimKind, podKind } from "../../kinds/index.ts";
import type { Effect, Tells } from "../engine/plan.ts";
import { referenceTo, targetOf } from "../workload/ownership.ts";
import { missingClaims } from "./claims.ts";
import { missingLabels, newPod } from "./identity.ts";
import { versionAt, type Member, type Place, type Survey } from "./survey.ts";

/** The event follows the deed: it is not reached when the deed fails. */
const done = (
  set: StatefulSet,
  verb: "Create" | "Delete" | "Update",
  message: string,
): Effect & { type: "recordEvent" } => ({
  type: "recordEvent",
  about: referenceTo(set),
  eventType: "Normal",
  reason: `Successful${verb}`,
  message,
});

const failed = (set: StatefulSet, verb: "Create" | "Delete", what: string): Tells => ({
  about: referenceTo(set),
  failure: { reason: `Failed${verb}`, text: `${what} failed error: ` },
});

export function makePod(survey: Survey, { ordinal, name }: Place): readonly Effect[] {
  const { set } = survey;
  const what = `create Pod ${name} in StatefulSet ${set.metadata.name}`;
  const object = newPod(set, ordinal, versionAt(survey, ordinal));
  return [
    { type: "create", kind: podKind, object, tells: failed(set, "Create", what) },
    done(set, "Create", `${what} successful`),
  ];
}

export function makeClaims({ set, view }: Survey, { ordinal, name: pod }: Place): readonly Effect[] {
  return missingClaims(set, ordinal, view.claimNamed).flatMap((object): Effect[] => {
    const claim = `create Claim ${object.metadata.name ?? ""}`;
    const where = `in StatefulSet ${set.metadata.name}`;
    const tells = failed(set, "Create", `${claim} for Pod ${pod} ${where}`);
    return [
      { type: "create", kind: persistentVolumeClaimKind, object, tells },
      done(set, "Create", `${claim} Pod ${pod} ${where} success`),
    ];
  });
}

export function endPod({ set }: Survey, pod: Pod): readonly Effect[] {
  const what = `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
  return [
    {
      type: "delete",
      kind: podKind,
      target: targetOf(pod),
      options: { preconditions: { uid: pod.metadata.uid } },
      tells: failed(set, "Delete", what),
    },
    done(set, "Delete", `${what} successful`),
  ];
}

/** A pod that ended makes room for the same one anew, whatever it ended with. */
export function replace(survey: Survey, pod: Pod): readonly Effect[] {
  if (!isFinished(pod)) return [];
  const { namespace = "", name } = survey.set.metadata;
  const word = pod.status?.phase === "Failed" ? "failed" : "terminated";
  return [
    {
      type: "recordEvent",
      about: referenceTo(survey.set),
      eventType: word === "failed" ? "Warning" : "Normal",
      reason: word === "failed" ? "RecreatingFailedPod" : "RecreatingTerminatedPod",
      message: `StatefulSet ${namespace}/${name} is recreating ${word} Pod ${pod.metadata.name}`,
    },
    ...endPod(survey, pod),
  ];
}

/** Gives an adopted pod the labels of its identity. */
export function identify({ set }: Survey, { ordinal, pod }: Member): readonly Effect[] {
  const labels = missingLabels(set, ordinal, pod);
  if (labels === undefined) return [];
  const { resourceVersion, name } = pod.metadata;
  return [
    { type: "patch", kind: podKind, target: targetOf(pod), patch: { metadata: { resourceVersion, labels } } },
    done(set, "Update", `update Pod ${name} in StatefulSet ${set.metadata.name} successful`),
  ];
}

/**
 * Job: makes pods until enough of them have succeeded, or too many have failed, and counts each exactly once. Pure.
 *
 * It is called again after every change. A pass writes the status first, then releases the pods that the status
 * accounts for, then ends or makes pods; the next pass sees what came of it.
 */
import type { Job } from "@kubus/shared/api/batch.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { isSame } from "../../api/same.ts";
import { jobKind, podKind } from "../../kinds/index.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";
import { claimsOf, referenceTo, targetOf } from "../workload/ownership.ts";
import { accountOf } from "./account.ts";
import { podsToReplace } from "./index-failures.ts";
import { needsOf } from "./needs.ts";
import { podOf } from "./pod-template.ts";
import { finalizersWithout, isTracked, trackingFinalizer } from "./pods.ts";
import { endNamed, isNewlySuspended, isOver, isResumed, patchOf, statusOf, type Standing } from "./status.ts";
import { surveyOf, type Survey } from "./survey.ts";
import { endOf } from "./conditions.ts";
import { verdictOf, type Verdict } from "./verdict.ts";

export interface JobView {
  readonly job: Job | undefined;
  /** Pods that it controls, or that its selector means and nobody controls. */
  readonly pods: readonly Pod[];
  /** Wall-clock milliseconds. */
  readonly now: number;
}

/** Our own name in `spec.managedBy`. */
const ownName = "kubernetes.io/job-controller";

/** Somebody else brings this job about: nothing of it is ours to touch. */
export const isManagedElsewhere = ({ spec }: Job): boolean => (spec.managedBy ?? ownName) !== ownName;

export function reconcile({ job, pods, now }: JobView): Plan {
  if (job === undefined || isManagedElsewhere(job)) return nothing; // Pods of a job that is gone: orphans.ts.
  const claims = claimsOf({ owner: job, selector: job.spec.selector, kind: podKind, candidates: pods });
  if (endOf(job) !== undefined) return { effects: claims.owned.filter(isTracked).map(release) };
  const survey = surveyOf(job, claims.owned, now);
  const verdict = verdictOf(survey);
  const claiming = claims.effects.map((effect) => withTracking(effect, claims.owned));
  const tracking = verdict === undefined ? survey.active.filter((pod) => !isTracked(pod)).map(track) : [];
  // What is just becoming ours is looked at when it is ours.
  if (claiming.length > 0) return { effects: claiming };
  if (tracking.length > 0 && job.metadata.deletionTimestamp === undefined) return { effects: tracking };
  const standing: Standing = { survey, verdict, account: accountOf(survey, verdict) };
  return {
    effects: [
      ...writeStatus(job, standing),
      ...standing.account.released.map(release),
      ...step(survey, verdict),
    ],
  };
}

/** Adopted pods are tracked from then on, and let go ones are not. */
function withTracking(effect: Effect, owned: readonly Pod[]): Effect {
  if (effect.type !== "patch") return effect;
  const { metadata } = effect.patch as { readonly metadata: object };
  const adopted = owned.find(({ metadata: { name } }) => name === effect.target.name);
  const finalizers = adopted === undefined ? undefined : [...finalizersWithout(adopted), trackingFinalizer];
  return finalizers === undefined
    ? effect
    : { ...effect, patch: { ...effect.patch, metadata: { ...metadata, finalizers } } };
}

function step({ job, ...survey }: Survey, verdict: Verdict | undefined): readonly Effect[] {
  if (verdict !== undefined) return survey.active.map((pod) => remove(job, pod));
  if (job.metadata.deletionTimestamp !== undefined) return [];
  const { surplus, missing } = needsOf({ job, ...survey });
  const replaced = podsToReplace({ job, ...survey });
  return [
    // Released first: nobody counts what the job itself gives up.
    ...surplus.filter(isTracked).map(release),
    ...surplus.map((pod) => remove(job, pod)),
    ...missing.map((index) => create(job, podOf(job, index, replaced.get(index ?? -1)))),
  ];
}

const create = (job: Job, object: ReturnType<typeof podOf>): Effect => ({
  type: "create",
  kind: podKind,
  object,
  tells: {
    about: referenceTo(job),
    success: { reason: "SuccessfulCreate", text: "Created pod: " },
    failure: { reason: "FailedCreate", text: "Error creating: " },
  },
});

const remove = (job: Job, pod: Pod): Effect => ({
  type: "delete",
  kind: podKind,
  target: targetOf(pod),
  options: { preconditions: { uid: pod.metadata.uid } },
  tells: {
    about: referenceTo(job),
    success: { reason: "SuccessfulDelete", text: "Deleted pod: " },
    failure: { reason: "FailedDelete", text: "Error deleting: " },
  },
});

/** Nothing holds the pod any more on behalf of a job. */
export const release = (pod: Pod): Effect => setFinalizers(pod, finalizersWithout(pod));

const track = (pod: Pod): Effect => setFinalizers(pod, [...finalizersWithout(pod), trackingFinalizer]);

const setFinalizers = (pod: Pod, finalizers: readonly string[]): Effect => {
  const { resourceVersion } = pod.metadata;
  const patch = { metadata: { resourceVersion, finalizers: finalizers.length === 0 ? null : finalizers } };
  return { type: "patch", kind: podKind, target: targetOf(pod), patch };
};

function writeStatus(job: Job, standing: Standing): readonly Effect[] {
  const status = statusOf(standing);
  if (isSame(status, job.status)) return [];
  const target = { ...targetOf(job), resourceVersion: job.metadata.resourceVersion };
  return [
    { type: "writeStatus", kind: jobKind, target, status: patchOf(status, job.status) },
    ...eventsOf(job, standing),
  ];
}

function eventsOf(job: Job, standing: Standing): readonly Effect[] {
  const { verdict } = standing;
  const tell = (eventType: "Normal" | "Warning", reason: string, message: string): Effect => ({
    type: "recordEvent",
    about: referenceTo(job),
    ...{ eventType, reason, message },
  });
  if (isNewlySuspended(job, verdict)) return [tell("Normal", "Suspended", "Job suspended")];
  if (isResumed(job, verdict)) return [tell("Normal", "Resumed", "Job resumed")];
  if (verdict === undefined || !isOver(standing)) return [];
  if (endNamed(verdict) === "Failed") return [tell("Warning", verdict.reason, verdict.message)];
  const { succeeded = 0 } = statusOf(standing);
  const isMore = job.spec.completions !== undefined && succeeded > job.spec.completions;
  const tooMany = "Too many succeeded pods running after completion count reached";
  return [
    ...(isMore ? [tell("Warning", "TooManySucceededPods", tooMany)] : []),
    tell("Normal", "Completed", "Job completed"),
  ];
}

/** RuntimeClass: a pod costs and goes where its runtime class says. */
import type { Pod, ResourceList, Toleration } from "@kubus/shared/api/pod.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { compareAmounts } from "../../kinds/core/quantities.ts";
import type { AdmissionWorld, Admitter, Attempt, Mutator } from "../admission.ts";
import { isSame } from "../same.ts";
import { concerns, found, refused } from "./concerns.ts";

interface RuntimeClass extends KubeObject {
  readonly overhead?: { readonly podFixed?: ResourceList };
  readonly scheduling?: {
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: readonly Toleration[];
  };
}

const isNewPod = (attempt: Attempt) => attempt.operation === "create" && concerns(attempt, "", "Pod");

export const runtimeClass: Mutator = (attempt, world) => {
  if (!isNewPod(attempt)) return attempt.object;
  const pod = attempt.object as Pod;
  const row = classOf(attempt, pod, world);
  return row === undefined ? pod : scheduled(attempt, withOverhead(attempt, pod, row), row);
};

export const runtimeClassOverhead: Admitter = (attempt, world): void => {
  if (!isNewPod(attempt)) return;
  const pod = attempt.object as Pod;
  const podFixed = classOf(attempt, pod, world)?.overhead?.podFixed;
  if (podFixed === undefined && Object.keys(pod.spec.overhead ?? {}).length > 0)
    throw refused(
      attempt,
      "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead",
    );
  if (podFixed !== undefined && !isSameList(podFixed, pod.spec.overhead ?? {}))
    throw refused(attempt, mismatch);
};

const mismatch = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

function classOf(attempt: Attempt, { spec }: Pod, world: AdmissionWorld): RuntimeClass | undefined {
  const { runtimeClassName: name = "" } = spec;
  if (name === "") return undefined;
  const row = found<RuntimeClass>(world, "node.k8s.io/v1", "RuntimeClass", { name });
  if (row === undefined) throw refused(attempt, `pod rejected: RuntimeClass "${name}" not found`);
  return row;
}

function withOverhead(attempt: Attempt, pod: Pod, { overhead }: RuntimeClass): Pod {
  const { podFixed } = overhead ?? {};
  if (podFixed === undefined) return pod;
  if (pod.spec.overhead !== undefined && !isSameList(podFixed, pod.spec.overhead))
    throw refused(attempt, mismatch);
  return { ...pod, spec: { ...pod.spec, overhead: podFixed } };
}

function scheduled(attempt: Attempt, pod: Pod, { scheduling }: RuntimeClass): Pod {
  if (scheduling === undefined) return pod;
  const own = pod.spec.nodeSelector ?? {};
  for (const [key, value] of Object.entries(scheduling.nodeSelector ?? {})) {
    if (own[key] !== undefined && own[key] !== value)
      throw refused(
        attempt,
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own[key]}`,
      );
  }
  const given = pod.spec.tolerations ?? [];
  const added = (scheduling.tolerations ?? []).filter((one) => !given.some((other) => isSame(one, other)));
  return {
    ...pod,
    spec: {
      ...pod.spec,
      ...(scheduling.nodeSelector === undefined
        ? {}
        : { nodeSelector: { ...own, ...scheduling.nodeSelector } }),
      ...(added.length === 0 ? {} : { tolerations: [...given, ...added] }),
    },
  };
}

const isSameList = (a: ResourceList, b: ResourceList): boolean =>
  Object.keys({ ...a, ...b }).every((name) => {
    const [one, other] = [a[name], b[name]];
    return one !== undefined && other !== undefined && compareAmounts(one, other) === 0;
  });

/**
 * DefaultTolerationSeconds: how long a pod waits for a board that is not ready or cannot be reached.
 *
 * Unlike in Kubernetes it depends on who would replace the pod: one that has a controller moves at once, a bare one
 * waits. What users say themselves counts.
 */
import { controllerOf } from "@kubus/shared/api/meta.ts";
import { taintKey } from "@kubus/shared/api/node.ts";
import type { Pod, Toleration } from "@kubus/shared/api/pod.ts";
import type { Mutator } from "../admission.ts";
import { concerns } from "./concerns.ts";

const bareTolerationSeconds = 300;
const controlledTolerationSeconds = 0;

export const defaultTolerationSeconds: Mutator = (attempt) => {
  if (attempt.operation !== "create" || !concerns(attempt, "", "Pod")) return attempt.object;
  const pod = attempt.object as Pod;
  const given = pod.spec.tolerations ?? [];
  const tolerations = [...given, ...missing(pod, given)];
  return { ...pod, spec: { ...pod.spec, tolerations } } as Pod;
};

function missing(pod: Pod, given: readonly Toleration[]): readonly Toleration[] {
  const isControlled = controllerOf(pod) !== undefined;
  const tolerationSeconds = isControlled ? controlledTolerationSeconds : bareTolerationSeconds;
  return [taintKey.notReady, taintKey.unreachable]
    .filter((key) => !given.some((toleration) => isAbout(toleration, key)))
    .map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds }));
}

/** No key means every key, no effect every effect. */
const isAbout = ({ key, effect }: Toleration, wanted: string): boolean =>
  (!key || key === wanted) && (!effect || effect === "NoExecute");

/**
 * Whether a pod may be moved: only one that is replaced at once, that leaves nothing behind, and whose owner can spare it. Pure.
 *
 * Nothing is ever the only replica of its owner, and an owner is only touched while all of its pods are available.
 */
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { PodDisruptionBudget } from "@kubus/shared/api/policy.ts";
import { isAbout } from "../../api/verbs/disruption-budget.ts";
import { isAvailable, isLiving } from "../../controllers/workload/availability.ts";
import { rebalanceAnnotation } from "./limits.ts";
import type { Owner, View } from "./view.ts";

/** With fewer replicas moving one means that nobody is there. */
const replicasLeast = 2;

/** Whether an owner can spare one of its pods; `siblings` are all of them. */
export const canSpare = (owner: Owner, siblings: readonly Pod[], view: View): boolean =>
  (owner.spec.replicas ?? 1) >= replicasLeast && isWhole(owner, siblings, view.now) && isSettled(owner, view);

/** Whether this pod of an owner that can spare one may be the one. */
export const isMovable = (pod: Pod, owner: Owner, view: View): boolean =>
  isAllowed(pod, view) && isFree(pod, owner) && isGranted(pod, view.budgets);

/** A pod's own word counts for more than its namespace's, and for more than the files that it keeps. */
function isAllowed(pod: Pod, { namespaceOf }: View): boolean {
  const own = pod.metadata.annotations?.[rebalanceAnnotation];
  if (own !== undefined) return own === "true";
  return namespaceOf(pod)?.metadata.annotations?.[rebalanceAnnotation] !== "false" && !keepsFiles(pod);
}

interface Storage {
  readonly emptyDir?: { readonly medium?: string };
  readonly hostPath?: unknown;
  readonly persistentVolumeClaim?: unknown;
  readonly ephemeral?: unknown;
}

/** Volumes whose content stays behind, or may. Memory is lost in any case when a pod is replaced. */
const keepsFiles = ({ spec }: Pod): boolean =>
  ((spec.volumes ?? []) as readonly Storage[]).some(
    ({ emptyDir, hostPath, persistentVolumeClaim, ephemeral }) =>
      (emptyDir !== undefined && emptyDir.medium !== "Memory") ||
      hostPath !== undefined ||
      persistentVolumeClaim !== undefined ||
      ephemeral !== undefined,
  );

/** Its replacement is the scheduler's to place. */
const isFree = ({ spec }: Pod, owner: Owner): boolean =>
  (owner.spec.template?.spec.nodeName ?? "") === "" && spec.hostNetwork !== true;

/** As many pods as there should be, and all of them available. */
export function isWhole({ metadata, spec }: Owner, siblings: readonly Pod[], now: number): boolean {
  const { replicas = 1, minReadySeconds = 0 } = spec;
  const living = siblings.filter(isLiving);
  return (
    metadata.deletionTimestamp === undefined &&
    living.length === replicas &&
    living.every((pod) => isAvailable(pod, now, minReadySeconds))
  );
}

/** No rollout is under way. */
function isSettled(owner: Owner, { deploymentOf }: View): boolean {
  const deployment = deploymentOf(owner);
  if (deployment === undefined) return true;
  const { metadata, spec, status = {} } = deployment;
  const { replicas = 1 } = spec;
  return (
    metadata.deletionTimestamp === undefined &&
    (status.observedGeneration ?? 0) >= (metadata.generation ?? 0) &&
    status.updatedReplicas === replicas &&
    status.replicas === replicas
  );
}

/** The eviction API would not refuse: at most one budget is about the pod, and it has something left. */
function isGranted(pod: Pod, budgets: readonly PodDisruptionBudget[]): boolean {
  const about = budgets.filter(
    (budget) => budget.metadata.namespace === pod.metadata.namespace && isAbout(budget, pod),
  );
  const [budget] = about;
  if (budget === undefined) return true;
  const { observedGeneration = 0, disruptionsAllowed = 0 } = budget.status ?? {};
  return (
    about.length === 1 && observedGeneration >= (budget.metadata.generation ?? 0) && disruptionsAllowed > 0
  );
}

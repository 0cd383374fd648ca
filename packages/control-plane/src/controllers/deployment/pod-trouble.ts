/** What is in a pod's own way, in the word that kubectl shows for it. Pure. */
import type { Pod } from "@kubus/shared/api/pod.ts";

/** Every pod begins with these. */
const ordinary: readonly (string | undefined)[] = [undefined, "", "ContainerCreating", "PodInitializing"];

/** `Unschedulable`, `ImagePullBackOff`, `CrashLoopBackOff`; undefined for a pod that is on its way. */
export function troubleOf({ status }: Pod): string | undefined {
  const unscheduled = status?.conditions?.find(
    ({ type, status: is }) => type === "PodScheduled" && is === "False",
  );
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const reasons = [unscheduled?.reason, ...statuses.map(({ state }) => state.waiting?.reason)];
  return reasons.find((reason) => !ordinary.includes(reason));
}

/** Why a pod is not ready, in words for people. Pure. */
import type { Node } from "@kubus/shared/api/node.ts";
import type { ContainerStatus, Pod } from "@kubus/shared/api/pod.ts";

/** What follows the pod's name: `is not ready: main waits (ImagePullBackOff)`. */
export function troubleOf({ spec, status = {} }: Pod): string {
  if ((spec.nodeName ?? "") === "") {
    const placed = status.conditions?.find(({ type }) => type === "PodScheduled");
    return placed?.status === "False" ? `has no board: ${placed.message ?? ""}` : "waits for a board";
  }
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const [why] = containers.flatMap((one) => containerTrouble(one) ?? []);
  if (why !== undefined) return `is not ready: ${why}`;
  return status.phase === "Running" ? "runs, but is not ready" : "is being started";
}

function containerTrouble({ name, state, ready }: ContainerStatus): string | undefined {
  const { waiting, terminated } = state;
  if (waiting?.reason !== undefined) return `${name} waits (${waiting.reason})`;
  if (terminated !== undefined && terminated.exitCode !== 0) {
    return `${name} ended with ${terminated.exitCode}`;
  }
  return state.running !== undefined && !ready ? `${name} runs, but is not ready` : undefined;
}

/** Whether the pod's board can tell how the pod fares; a pod without one has nobody to ask. */
export const isReachable = (pod: Pod, node: Node | undefined): boolean =>
  (pod.spec.nodeName ?? "") === "" || (node !== undefined && !isSilent(node));

const isSilent = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status }) => type === "Ready" && status === "Unknown") ?? false;

/** What follows "waits for web-0 to end": ` on board-2, which is unreachable`. */
export function boardOf({ spec }: Pod, node: Node | undefined): string {
  const { nodeName = "" } = spec;
  if (nodeName === "") return "";
  if (node === undefined) return ` on ${nodeName}, which is gone`;
  return isSilent(node) ? ` on ${nodeName}, which is unreachable` : ` on ${nodeName}`;
}

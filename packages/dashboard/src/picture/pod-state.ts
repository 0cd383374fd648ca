/**
 * A pod in one word, as `kubectl get pods` says it, and the tone in which the page shows it. Pure.
 */
import { isReady, type ContainerStatus, type Pod } from "@kubus/shared/api/pod.ts";

/** `good` serves, `busy` is on its way, `bad` needs attention, `leaving` ends, `done` ended well. */
export type Tone = "good" | "busy" | "bad" | "leaving" | "done";

export interface PodState {
  readonly word: string;
  readonly tone: Tone;
  readonly restarts: number;
}

/** Words that a container waits with while nothing is wrong. */
const patient = new Set(["ContainerCreating", "PodInitializing", "Pending"]);

export function podState(pod: Pod): PodState {
  const word = wordOf(pod);
  return { word, tone: toneOf(word, pod), restarts: restartsOf(pod) };
}

const statusesOf = ({ status }: Pod): readonly ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

const restartsOf = (pod: Pod): number =>
  statusesOf(pod).reduce((sum, { restartCount }) => sum + restartCount, 0);

function wordOf(pod: Pod): string {
  const { metadata, spec, status } = pod;
  if (metadata.deletionTimestamp !== undefined) return "Terminating";
  if (status?.phase === "Succeeded") return "Completed";
  const waiting = statusesOf(pod).find(({ state }) => state.waiting !== undefined)?.state.waiting?.reason;
  if (waiting !== undefined) return waiting;
  if (status?.phase === "Failed") return status.reason ?? "Error";
  const failed = status?.containerStatuses?.find(({ state }) => (state.terminated?.exitCode ?? 0) !== 0);
  if (failed !== undefined) return failed.state.terminated?.reason ?? "Error";
  if (spec.nodeName === undefined) return "Pending";
  return status?.phase === "Running" ? "Running" : "ContainerCreating";
}

function toneOf(word: string, pod: Pod): Tone {
  if (word === "Terminating") return "leaving";
  if (word === "Completed") return "done";
  if (word === "Running") return isReady(pod) ? "good" : "busy";
  return patient.has(word) ? "busy" : "bad";
}

/**
 * One line about a pod, as `kubectl get pods` prints it: ready count, status word, restarts.
 *
 * The status word is the first trouble on the pod's way: its init containers in order, then its containers from
 * the last to the first, then what deletion makes of it. Pure.
 */
import { isReady, type Container, type ContainerStatus, type Pod } from "@kubus/shared/api/pod.ts";
import { age } from "../../../api/age.ts";
import type { Received } from "../../received.ts";

/** As agents report it, or whoever else writes a status. */
type Seen = Received<ContainerStatus>;

export interface PodSummary {
  /** `1/2` */
  readonly ready: string;
  readonly status: string;
  readonly restarts: number;
  /** When a container last ended, RFC 3339. */
  readonly lastRestartAt: string | undefined;
}

export function podSummary(pod: Pod): PodSummary {
  const init = initStatuses(pod);
  const sidecars = init.filter(({ isSidecar }) => isSidecar).map(({ seen }) => seen);
  const main: readonly Seen[] = pod.status?.containerStatuses ?? [];
  const initTrouble = initWord(init);
  const isInitializing = initTrouble !== undefined && !hasCondition(pod, "Initialized");
  const counted = isInitializing ? init.map(({ seen }) => seen) : [...sidecars, ...main];
  const readyCount =
    sidecars.filter((seen) => seen?.ready === true && seen.started === true).length +
    (isInitializing ? 0 : main.filter(({ ready, state }) => ready && state?.running !== undefined).length);
  const total = pod.spec.containers.length + sidecars.length;
  return {
    ready: `${readyCount}/${total}`,
    status: deletionWord(pod) ?? initTroubleOr(pod, isInitializing ? initTrouble : undefined, main),
    restarts: counted.reduce((sum, seen) => sum + (seen?.restartCount ?? 0), 0),
    lastRestartAt: newest(counted.map((seen) => seen?.lastState?.terminated?.finishedAt)),
  };
}

/** `3 (5m ago)`, or `0`. */
export function lastRestartText({ restarts, lastRestartAt }: PodSummary, now: number): string {
  return restarts === 0 || lastRestartAt === undefined
    ? String(restarts)
    : `${restarts} (${age(lastRestartAt, now)} ago)`;
}

interface InitContainer {
  readonly isSidecar: boolean;
  /** Undefined until the agent has reported it. */
  readonly seen: Seen | undefined;
}

function initStatuses({ spec, status }: Pod): readonly InitContainer[] {
  const seenByName = new Map((status?.initContainerStatuses ?? []).map((seen) => [seen.name, seen]));
  return (spec.initContainers ?? []).map(({ name, restartPolicy }: Container) => ({
    isSidecar: restartPolicy === "Always",
    seen: seenByName.get(name),
  }));
}

/** The first init container that is not through yet; undefined when all are, or when none has been seen. */
function initWord(init: readonly InitContainer[]): string | undefined {
  if (init.every(({ seen }) => seen === undefined)) return undefined;
  const at = init.findIndex(({ isSidecar, seen }) => !isThrough(isSidecar, seen));
  if (at < 0) return undefined;
  const state = init[at]?.seen?.state;
  if (state?.terminated !== undefined) return `Init:${terminatedWord(state.terminated)}`;
  const reason = state?.waiting?.reason ?? "";
  return reason !== "" && reason !== "PodInitializing" ? `Init:${reason}` : `Init:${at}/${init.length}`;
}

const isThrough = (isSidecar: boolean, seen: Seen | undefined): boolean =>
  isSidecar ? seen?.started === true : seen?.state?.terminated?.exitCode === 0;

function initTroubleOr(pod: Pod, initTrouble: string | undefined, main: readonly Seen[]): string {
  if (initTrouble !== undefined) return initTrouble;
  const gated =
    pod.status?.conditions?.find(({ type }) => type === "PodScheduled")?.reason === "SchedulingGated";
  const phase = gated ? "SchedulingGated" : pod.status?.reason || (pod.status?.phase ?? "Unknown");
  // The first container's word wins, as later ones are overwritten by earlier ones.
  const word = main.map(containerWord).find((found) => found !== undefined) ?? phase;
  const isSomethingRunning = main.some(({ ready, state }) => ready && state?.running !== undefined);
  if (word !== "Completed" || !isSomethingRunning) return word;
  return isReady(pod) ? "Running" : "NotReady";
}

function containerWord({ state }: Seen): string | undefined {
  if (state?.waiting?.reason) return state.waiting.reason;
  return state?.terminated === undefined ? undefined : terminatedWord(state.terminated);
}

function terminatedWord(ended: NonNullable<NonNullable<Seen["state"]>["terminated"]>): string {
  if (ended.reason) return ended.reason;
  return ended.signal ? `Signal:${ended.signal}` : `ExitCode:${ended.exitCode ?? 0}`;
}

function deletionWord({ metadata, status }: Pod): string | undefined {
  if (metadata.deletionTimestamp === undefined) return undefined;
  if (status?.reason === "NodeLost") return "Unknown";
  return status?.phase === "Succeeded" || status?.phase === "Failed" ? undefined : "Terminating";
}

const hasCondition = ({ status }: Pod, wanted: string): boolean =>
  status?.conditions?.some(({ type, status }) => type === wanted && status === "True") ?? false;

const newest = (times: readonly (string | undefined)[]): string | undefined =>
  times.filter((time) => time !== undefined).sort((a, b) => Date.parse(b) - Date.parse(a))[0];

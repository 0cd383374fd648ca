/**
 * From what containers have used so far to what they use: the difference of two looks. Pure.
 *
 * A container that began between the looks had used nothing then. INVARIANT: no rate is told over less than
 * `spanMinMs`, nor of a container that was not seen at both ends.
 */
import type { NodeUsage, PodUsage, Used } from "@kubus/shared/bus/usage.ts";
import { usageLimits } from "../limits.ts";
import type { HostCapacity, HostVitals } from "../ports/host.ts";
import type { ContainerUsage } from "../ports/runtime.ts";

/** A container that runs. */
export interface Subject {
  /** Of this start of it: a restart is another subject. */
  readonly key: string;
  readonly container: string;
  readonly pod: Pick<PodUsage, "namespace" | "name" | "uid">;
  /** Wall-clock milliseconds. */
  readonly startedAt: number;
}

/** One container at one moment; `used` is undefined when it could not be measured. */
export interface Point extends Subject {
  readonly at: number;
  /** Of a clock that does not jump. */
  readonly monotonic: number;
  readonly used: ContainerUsage | undefined;
}

/** All that ran at one moment. */
export interface Look {
  readonly at: number;
  readonly points: ReadonlyMap<string, Point>;
}

interface Rate extends Used {
  readonly name: string;
  readonly at: number;
  readonly windowMs: number;
}

/** Every pod all of whose containers can be told; the others are absent. */
export function podUsages(last: Look | undefined, before: Look | undefined): readonly PodUsage[] {
  if (last === undefined) return [];
  const byPod = Map.groupBy(last.points.values(), ({ pod }) => pod.uid);
  return [...byPod.values()].flatMap((points) => podUsage(points, before));
}

function podUsage(points: readonly Point[], before: Look | undefined): readonly PodUsage[] {
  const [first] = points;
  const rates = points.flatMap((point) => rateOf(point, before) ?? []);
  if (first === undefined || rates.length < points.length) return [];
  return [
    {
      ...first.pod,
      at: Math.min(...rates.map(({ at }) => at)),
      windowMs: Math.max(...rates.map(({ windowMs }) => windowMs)),
      containers: rates.map(({ name, cpuNanocores, memoryBytes }) => ({ name, cpuNanocores, memoryBytes })),
    },
  ];
}

function rateOf(point: Point, before: Look | undefined): Rate | undefined {
  const { used, at, container } = point;
  const since = startOf(point, before);
  if (used === undefined || since === undefined || since.windowMs < usageLimits.spanMinMs) return undefined;
  const seconds = used.cpuSeconds - since.cpuSeconds;
  // Time that was counted and is not any more: nobody knows what was used meanwhile.
  if (seconds < 0) return undefined;
  const cpuNanocores = Math.round((seconds * 1e9) / (since.windowMs / 1_000));
  return { name: container, at, windowMs: since.windowMs, cpuNanocores, memoryBytes: used.workingSetBytes };
}

/** Where the window of a point begins: at the look before, or at the container's start if that was later. */
function startOf({ key, at, monotonic, startedAt }: Point, before: Look | undefined) {
  const known = before?.points.get(key);
  if (known?.used !== undefined)
    return { cpuSeconds: known.used.cpuSeconds, windowMs: monotonic - known.monotonic };
  const isNew = known === undefined && startedAt >= (before?.at ?? at - usageLimits.lookMs);
  return isNew ? { cpuSeconds: 0, windowMs: at - startedAt } : undefined;
}

/**
 * The board's own figures: its part of the machine. It uses at least what its pods use, also where several boards
 * share a machine and each has an equal part of what all of them use.
 */
export function nodeUsage(
  {
    vitals,
    capacity,
    at,
  }: { readonly vitals: HostVitals; readonly capacity: HostCapacity; readonly at: number },
  pods: readonly PodUsage[],
): NodeUsage {
  const sum = (name: keyof Used) =>
    pods.flatMap(({ containers }) => containers).reduce((total, container) => total + container[name], 0);
  const cpuNanocores = vitals.cpuUsed * capacity.cpuMillis * 1e6;
  const memoryBytes = capacity.memoryBytes - vitals.memoryAvailableBytes;
  return {
    at,
    windowMs: usageLimits.nodeWindowMs,
    cpuNanocores: Math.round(Math.max(cpuNanocores, sum("cpuNanocores"))),
    memoryBytes: Math.round(Math.max(memoryBytes, sum("memoryBytes"))),
  };
}

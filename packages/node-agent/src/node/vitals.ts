/** Which of the board's figures are shown, and when a change is worth a write. Pure. */
import { nodeAnnotation } from "@kubus/shared/api/node.ts";
import { vitalsAveraged } from "../limits.ts";
import type { PodUsage } from "@kubus/shared/bus/usage.ts";
import type { HostCapacity, HostVitals } from "../ports/host.ts";

type Annotations = Readonly<Record<string, string>>;

/** The figures as people read them; absent where the board has no such sensor. */
export function vitalAnnotations(vitals: HostVitals, { memoryBytes }: HostCapacity): Annotations {
  const { temperatureCelsius, throttled, underVoltage, load1, cpuUsed, memoryAvailableBytes, pressure } =
    vitals;
  const memoryUsed = 1 - Math.min(1, memoryAvailableBytes / memoryBytes);
  return {
    ...(temperatureCelsius === undefined
      ? {}
      : { [nodeAnnotation.temperatureCelsius]: temperatureCelsius.toFixed(1) }),
    ...(throttled === undefined ? {} : { [nodeAnnotation.throttled]: String(throttled) }),
    ...(underVoltage === undefined ? {} : { [nodeAnnotation.underVoltage]: String(underVoltage) }),
    [nodeAnnotation.load1]: load1.toFixed(2),
    [nodeAnnotation.cpuUsedPercent]: percent(cpuUsed),
    [nodeAnnotation.memoryUsedPercent]: percent(memoryUsed),
    ...(pressure === undefined ? {} : { [nodeAnnotation.pressurePercent]: percent(pressure) }),
  };
}

const percent = (share: number) => (share * 100).toFixed(0);

/** How far a figure must move before it is shown anew: an idle board writes nothing. Words: any change. */
const visibleSteps: Readonly<Record<string, number>> = {
  [nodeAnnotation.temperatureCelsius]: 5,
  [nodeAnnotation.load1]: 0.75,
  [nodeAnnotation.cpuUsedPercent]: 20,
  [nodeAnnotation.memoryUsedPercent]: 5,
  [nodeAnnotation.pressurePercent]: 20,
};

/** The load has no upper end: it must also move by this share of what is shown. */
const loadShareLeast = 0.25;

/** What the board's figures say that people should see: nothing, another figure, or another word. */
export function visibleChange(shown: Annotations, now: Annotations): "none" | "figure" | "word" {
  const changed = Object.entries(now).filter(([name, value]) => {
    const before = shown[name];
    const step = visibleSteps[name];
    if (before === undefined || step === undefined) return before !== value;
    // Of a large load the same step is noise.
    const share = name === nodeAnnotation.load1 ? Number(before) * loadShareLeast : 0;
    return Math.abs(Number(value) - Number(before)) >= Math.max(step, share);
  });
  if (changed.length === 0) return "none";
  const isWord = changed.some(([name]) => visibleSteps[name] === undefined || shown[name] === undefined);
  return isWord ? "word" : "figure";
}

/**
 * A board's own part of what is measured on its machine. Boards that share one use what their pods use: what the others
 * do is not theirs, and nobody can tell whose pressure it is.
 */
export function ownVitals(
  vitals: HostVitals,
  { cpuMillis, memoryBytes }: HostCapacity,
  pods: readonly PodUsage[],
): HostVitals {
  const used = pods.flatMap(({ containers }) => containers);
  const cores = used.reduce((sum, { cpuNanocores }) => sum + cpuNanocores, 0) / 1e9;
  const bytes = used.reduce((sum, container) => sum + container.memoryBytes, 0);
  return {
    ...vitals,
    pressure: undefined,
    cpuUsed: Math.min(1, cores / (cpuMillis / 1_000)),
    memoryAvailableBytes: Math.max(0, memoryBytes - bytes),
  };
}

/** How much a new look weighs. */
const weight = 1 / vitalsAveraged;

/** The load of the processors jumps; people want to see where it stands. */
export const smoothed = (before: HostVitals | undefined, now: HostVitals): HostVitals =>
  before === undefined ? now : { ...now, cpuUsed: before.cpuUsed * (1 - weight) + now.cpuUsed * weight };

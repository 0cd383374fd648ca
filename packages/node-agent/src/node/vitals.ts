/** Which of the board's figures are shown, and when a change is worth a write. Pure. */
import { nodeAnnotation } from "@kubus/shared/api/node.ts";
import { vitalsAveraged } from "../limits.ts";
import type { HostCapacity, HostVitals } from "../ports/host.ts";

type Annotations = Readonly<Record<string, string>>;

/** The figures as people read them; absent where the board has no such sensor. */
export function vitalAnnotations(vitals: HostVitals, { memoryBytes }: HostCapacity): Annotations {
  const { temperatureCelsius, throttled, underVoltage, load1, cpuUsed, memoryAvailableBytes } = vitals;
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
  };
}

const percent = (share: number) => (share * 100).toFixed(0);

/** How far a figure must move before it is shown anew: an idle board writes nothing. Words: any change. */
const visibleSteps: Readonly<Record<string, number>> = {
  [nodeAnnotation.temperatureCelsius]: 3,
  [nodeAnnotation.load1]: 0.75,
  [nodeAnnotation.cpuUsedPercent]: 20,
  [nodeAnnotation.memoryUsedPercent]: 5,
};

export const isVisibleChange = (shown: Annotations, now: Annotations): boolean =>
  Object.entries(now).some(([name, value]) => {
    const before = shown[name];
    const step = visibleSteps[name];
    if (before === undefined || step === undefined) return before !== value;
    return Math.abs(Number(value) - Number(before)) >= step;
  });

/** How much a new look weighs. */
const weight = 1 / vitalsAveraged;

/** The load of the processors jumps; people want to see where it stands. */
export const smoothed = (before: HostVitals | undefined, now: HostVitals): HostVitals =>
  before === undefined ? now : { ...now, cpuUsed: before.cpuUsed * (1 - weight) + now.cpuUsed * weight };

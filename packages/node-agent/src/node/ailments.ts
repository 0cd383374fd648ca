/**
 * Whether the board is too hot, slowed down or short of voltage: conditions of its Node that change rarely. Pure.
 *
 * Each begins at once and ends late, so that a board at the edge does not write all day: heat ends well below its
 * limit, flags end when they have not been seen for a while. A board without the sensor has no such condition; one
 * whose sensor fell silent says Unknown.
 */
import { boardCondition, heatLimitCelsius } from "@kubus/shared/api/node.ts";
import type { Condition } from "@kubus/shared/api/meta.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import type { HostVitals } from "../ports/host.ts";

export const ailmentLimits = {
  /** So far below the limit heat is over. */
  coolingCelsius: 10,
  /** A flag that was not seen for so long is over: firmware lowers and raises its flags many times a minute. */
  holdMs: 2 * 60_000,
} as const;

/** When each flag was seen last, on a clock that does not jump. What was told before the agent began counts as seen then. */
export interface Sightings {
  readonly throttledAt: number;
  readonly underVoltageAt: number;
}

/** What is remembered after a look at `monotonic`. */
export const seen = (
  before: Sightings | undefined,
  vitals: Pick<HostVitals, "throttled" | "underVoltage">,
  monotonic: number,
): Sightings => ({
  throttledAt: vitals.throttled === true ? monotonic : (before?.throttledAt ?? monotonic),
  underVoltageAt: vitals.underVoltage === true ? monotonic : (before?.underVoltageAt ?? monotonic),
});

export interface AilmentsOptions {
  /** The conditions that stand in the API. */
  readonly before: readonly Condition[];
  readonly sightings: Sightings;
  readonly monotonic: number;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

type Words = readonly [reason: string, message: string];

interface Finding {
  readonly type: string;
  /** Undefined: the board cannot tell. */
  readonly isIll: boolean | undefined;
  readonly ill: Words;
  readonly well: Words;
}

export function ailmentConditions(vitals: HostVitals, options: AilmentsOptions): readonly Condition[] {
  return [heat(vitals, options), slowness(vitals, options), voltage(vitals, options)].flatMap((finding) =>
    conditionOf(finding, options),
  );
}

const standing = (type: string, { before }: AilmentsOptions) =>
  before.find((condition) => condition.type === type);
const wasIll = (type: string, options: AilmentsOptions) => standing(type, options)?.status === "True";

function heat({ temperatureCelsius, heatLimitCelsius: told }: HostVitals, options: AilmentsOptions): Finding {
  const type = boardCondition.overheated;
  const limit = told ?? heatLimitCelsius;
  const threshold = wasIll(type, options) ? limit - ailmentLimits.coolingCelsius : limit;
  const figure = `${temperatureCelsius?.toFixed(0) ?? "?"} °C`;
  return {
    type,
    isIll: temperatureCelsius === undefined ? undefined : temperatureCelsius >= threshold,
    ill: ["BoardTooHot", `the board has ${figure}, its limit is ${limit} °C`],
    well: ["BoardCoolEnough", `the board had ${figure} when this was written, its limit is ${limit} °C`],
  };
}

function slowness({ throttled, throttledBy = [], sinceBoot }: HostVitals, options: AilmentsOptions): Finding {
  const type = boardCondition.throttled;
  const why = throttledBy.length === 0 ? "it was a moment ago" : throttledBy.join(", ");
  return {
    type,
    isIll: flagged(type, throttled, options.sightings.throttledAt, options),
    ill: ["BoardSlowedDown", `the board is slowed down: ${why}`],
    well: ["BoardAtFullSpeed", `the board is not slowed down${history(sinceBoot, "throttling")}`],
  };
}

function voltage({ underVoltage, sinceBoot }: HostVitals, options: AilmentsOptions): Finding {
  const type = boardCondition.underVoltage;
  return {
    type,
    isIll: flagged(type, underVoltage, options.sightings.underVoltageAt, options),
    ill: ["BoardUnderVoltage", "the board's supply voltage is too low: a weak power supply or a bad cable"],
    well: [
      "BoardHasVoltage",
      `the board's supply voltage is sufficient${history(sinceBoot, "under-voltage")}`,
    ],
  };
}

const history = (sinceBoot: readonly string[] = [], word: string) =>
  sinceBoot.includes(word) ? "; it was not always since the board was switched on" : "";

function flagged(
  type: string,
  flag: boolean | undefined,
  seenAt: number,
  options: AilmentsOptions,
): boolean | undefined {
  if (flag !== false) return flag;
  return wasIll(type, options) && options.monotonic - seenAt < ailmentLimits.holdMs;
}

function conditionOf({ type, isIll, ill, well }: Finding, options: AilmentsOptions): readonly Condition[] {
  const former = standing(type, options);
  if (isIll === undefined && former === undefined) return [];
  const status = isIll === undefined ? "Unknown" : isIll ? "True" : "False";
  const silent: Words = ["SensorSilent", "the board's sensor does not answer any more"];
  const [reason, message] = isIll === undefined ? silent : isIll ? ill : well;
  const at = timestamp(options.now);
  const since = former?.status === status ? former.lastTransitionTime : undefined;
  return [{ type, status, reason, message, lastHeartbeatTime: at, lastTransitionTime: since ?? at }];
}

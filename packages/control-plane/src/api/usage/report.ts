/** Reads what a board says of its usage. Boards are not trusted to count rightly, only to say numbers. Pure. */
import type { UsageReport } from "@kubus/shared/bus/usage.ts";

/** Throws when the text is no such report. */
export function usageReportIn(text: string): UsageReport {
  const report: unknown = JSON.parse(text);
  if (!isReport(report)) throw new Error("the answer is no report of usage");
  return report;
}

type Fields = Readonly<Record<string, unknown>>;

const isReport = (value: unknown): value is UsageReport =>
  isObject(value) &&
  (value["node"] === undefined || (isMeasured(value["node"]) && isUsed(value["node"]))) &&
  isListOf(value["pods"], isPod);

const isPod = (value: unknown): boolean =>
  isMeasured(value) &&
  ["namespace", "name", "uid"].every((name) => typeof value[name] === "string") &&
  isListOf(value["containers"], (one) => isUsed(one) && typeof one["name"] === "string");

/** An instant that a date can hold, and a span of at most a year. */
const isMeasured = (value: unknown): value is Fields =>
  isObject(value) && isCount(value["at"], 8.64e15) && isCount(value["windowMs"], 366 * 86_400_000);

const isUsed = (value: unknown): value is Fields =>
  isObject(value) &&
  isCount(value["cpuNanocores"], Number.MAX_SAFE_INTEGER) &&
  isCount(value["memoryBytes"], Number.MAX_SAFE_INTEGER);

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null;

const isListOf = (value: unknown, isOne: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isOne);

const isCount = (value: unknown, max: number): boolean =>
  typeof value === "number" && value >= 0 && value <= max;

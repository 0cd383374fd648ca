/**
 * The pod security standards: what a pod must not do (baseline) and what it must promise (restricted), one rule for each
 * way to reach the board. Pure; reasons and details are Kubernetes' own words.
 */
import { baselineChecks } from "./baseline.ts";
import { restrictedChecks } from "./restricted.ts";
import type { Checked, Level, Violation } from "./standard.ts";

/** What of the newest standards is checked by a stricter rule of the same matter. */
const overridden = ["capabilities_baseline", "hostPathVolumes", "seccompProfile_baseline"];

export function violationsOf(pod: Checked, level: Level, minor: number): readonly Violation[] {
  if (level === "privileged") return [];
  const baseline = Object.entries(baselineChecks).filter(
    ([name]) => level === "baseline" || !overridden.includes(name) || !isOverridden(name, minor),
  );
  const checks = [...baseline, ...(level === "restricted" ? Object.entries(restrictedChecks) : [])];
  return checks.map(([, check]) => check(pod, minor)).filter((violation) => violation !== undefined);
}

/** Stricter rules came by and by. */
const isOverridden = (name: string, minor: number): boolean =>
  minor >= ({ capabilities_baseline: 22, seccompProfile_baseline: 19 }[name] ?? 0);

/** `host namespaces (hostPID=true), privileged (container "a" must not set ...)`. */
export const textOf = (violations: readonly Violation[]): string =>
  violations.map(({ reason, detail }) => (detail === "" ? reason : `${reason} (${detail})`)).join(", ");

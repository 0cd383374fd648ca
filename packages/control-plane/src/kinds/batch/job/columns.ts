/** How jobs are printed: verdict, completions, duration. Pure. */
import type { Job } from "@kubus/shared/api/batch.ts";
import { humanDuration } from "../../../api/age.ts";

/** The first that holds is the word for the job. */
const verdicts = ["Complete", "Failed"] as const;
const states = ["Suspended", "FailureTarget", "SuccessCriteriaMet"] as const;

export function statusOf({ metadata, status }: Job): string {
  const holds = (word: string) =>
    status?.conditions?.some((condition) => condition.type === word && condition.status === "True");
  const verdict = verdicts.find(holds);
  if (verdict !== undefined) return verdict;
  return metadata.deletionTimestamp === undefined ? (states.find(holds) ?? "Running") : "Terminating";
}

export function completionsOf({ spec, status }: Job): string {
  const { completions, parallelism = 0 } = spec;
  const succeeded = status?.succeeded ?? 0;
  if (completions !== undefined) return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

export function durationOf({ status }: Job, now: number): string {
  if (status?.startTime === undefined) return "";
  const end = status.completionTime === undefined ? now : Date.parse(status.completionTime);
  return humanDuration(end - Date.parse(status.startTime));
}

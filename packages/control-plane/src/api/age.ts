/**
 * Ages as kubectl prints them: `5s`, `3m12s`, `4h`, `2d3h`, `3y40d`.
 *
 * The thresholds are those of apimachinery's `HumanDuration`: precise while it matters, short afterwards.
 */
const unknown = "<unknown>";

/** How long ago `timestamp` was, at `now` (wall-clock milliseconds). `<unknown>` when there is none. */
export function age(timestamp: string | null | undefined, now: number): string {
  if (timestamp === undefined || timestamp === null || timestamp === "") return unknown;
  const then = Date.parse(timestamp);
  return Number.isNaN(then) ? unknown : humanDuration(now - then);
}

/** A span of milliseconds. A little below zero is `0s` (clocks differ), more is `<invalid>`. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1_000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return both(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return both(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return both(days, "d", hours % 24, "h");
  if (days < 2 * 365) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? both(years, "y", days % 365, "d") : `${years}y`;
}

const both = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;

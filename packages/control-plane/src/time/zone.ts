/** Clocks on the walls of a time zone. Pure: what the time zone database says. */

/** Formatters are dear to make; there are a few hundred zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "iso8601",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formatters.set(zone, made);
  return made;
}

/** Milliseconds by which the zone's clocks are ahead of UTC at this instant. */
export function offsetAt(zone: string, instant: number): number {
  if (zone === "UTC") return 0;
  const parts = new Map(
    formatterOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return wall - Math.floor(instant / 1_000) * 1_000;
}

const hourMs = 3_600_000;
/** No zone is further from UTC than this, and clocks do not change twice in a few days. */
const offsetMaxMs = 15 * hourMs;

/**
 * The instants at which the zone's clocks show what a clock in UTC shows at `wall`: one, or none when they skip it, or
 * two when they are set back. `day` is midnight of that day, likewise.
 */
export function instantsOn(zone: string, day: number): InstantsOf {
  const key = `${zone} ${day}`;
  const known = days.get(key);
  if (known !== undefined) return known;
  const made = instantsBy(zone, day);
  if (days.size >= daysKnownMax) days.clear();
  days.set(key, made);
  return made;
}

type InstantsOf = (wall: number) => readonly number[];

/** Days that were asked for: the database is slow, and cron jobs ask for the same few days over and over. */
const days = new Map<string, InstantsOf>();
const daysKnownMax = 1_000;

function instantsBy(zone: string, day: number): InstantsOf {
  const [from, to] = [day - offsetMaxMs, day + 24 * hourMs + offsetMaxMs];
  const [before, after] = [offsetAt(zone, from), offsetAt(zone, to)];
  if (before === after) return (wall) => [wall - before];
  const change = changeBetween(zone, from, to);
  return (wall) => [
    ...(wall - before < change ? [wall - before] : []),
    ...(wall - after >= change ? [wall - after] : []),
  ];
}

/** The first second with the new offset: halved until it is found, as the database cannot be asked for it. */
function changeBetween(zone: string, from: number, to: number): number {
  const before = offsetAt(zone, from);
  let [low, high] = [from / 1_000, to / 1_000];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle * 1_000) === before) low = middle;
    else high = middle;
  }
  return high * 1_000;
}

/** An instant as RFC 3339 in the zone: `2026-01-01T03:00:00+01:00`. */
export function zonedTimestamp(zone: string, instant: number): string {
  const offset = offsetAt(zone, instant);
  const local = new Date(instant + offset).toISOString().replace(/\.\d+Z$/, "");
  if (offset === 0) return `${local}Z`;
  const minutes = Math.abs(offset) / 60_000;
  const two = (number: number) => String(Math.floor(number)).padStart(2, "0");
  return `${local}${offset < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

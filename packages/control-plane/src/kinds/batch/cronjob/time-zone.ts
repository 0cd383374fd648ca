/** Names of time zones as the IANA database has them. Pure. */

/** Digits and `+` are there for names of old, such as `Etc/GMT+1` and `EST5EDT`. */
const part = /^[A-Za-z._0-9+-]{1,14}$/;

/** What is wrong with the name, in Go's words, or undefined. */
export function validateZone(zone: string): string | undefined {
  const unknown = `unknown time zone ${zone}`;
  const isWellFormed = zone
    .split("/")
    .every((word) => word !== "." && word !== ".." && !word.startsWith("-") && part.test(word));
  return isWellFormed && isKnown(zone) ? undefined : unknown;
}

/** The runtime knows offsets (`+01`) and does not care about case; files of the database are found by exact names. */
function isKnown(zone: string): boolean {
  if (!/^[A-Z]/.test(zone)) return false;
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions();
    return timeZone.toLowerCase() !== zone.toLowerCase() || timeZone === zone;
  } catch {
    return false; // A RangeError: no such zone.
  }
}

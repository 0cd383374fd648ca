/** Durations as Go writes them: `1h30m`, `1.5s`. Pure. */

const unitsMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds, or what Go says is wrong with the text. */
export function parseDuration(text: string): number | { readonly problem: string } {
  const quoted = JSON.stringify(text);
  const invalid = { problem: `time: invalid duration ${quoted}` };
  const sign = text.startsWith("-") ? -1 : 1;
  let rest = text.replace(/^[-+]/, "");
  if (rest === "0") return 0;
  if (rest === "") return invalid;
  let ms = 0;
  while (rest !== "") {
    const [number = ""] = /^(\d+\.?\d*|\.\d+)/.exec(rest) ?? [];
    if (number === "") return invalid;
    const [unit = ""] = /^[^.\d]+/.exec(rest.slice(number.length)) ?? [];
    if (unit === "") return { problem: `time: missing unit in duration ${quoted}` };
    const unitMs = Object.hasOwn(unitsMs, unit) ? unitsMs[unit] : undefined;
    if (unitMs === undefined)
      return { problem: `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}` };
    ms += Number(number) * unitMs;
    rest = rest.slice(number.length + unit.length);
  }
  return sign * ms;
}

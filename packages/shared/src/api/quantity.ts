/**
 * Kubernetes quantities: `250m`, `1.5Gi`, `1e3`. Pure.
 *
 * Numbers are enough here: up to 2^53 units, far beyond any board.
 */
const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const form = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

/** The value in units (cores, bytes), or undefined when the text is not a quantity. */
export function parseQuantity(text: string | number): number | undefined {
  const match = form.exec(String(text));
  if (match === null) return undefined;
  const [, digits = "", exponent, suffix = ""] = match;
  if (exponent !== undefined) return Number(`${digits}e${exponent}`);
  return Number(digits) * (suffixes[suffix] ?? 1);
}

/** Thousandths of a unit, rounded up as Kubernetes does; for cores. */
export const milliOf = (text: string | number): number | undefined => {
  const value = parseQuantity(text);
  // Binary fractions must not round 0.1 core up to 101 thousandths.
  return value === undefined ? undefined : Math.ceil(Number((value * 1_000).toFixed(6)));
};

/** Whole units, rounded up; for bytes. */
export const wholeOf = (text: string | number): number | undefined => {
  const value = parseQuantity(text);
  return value === undefined ? undefined : Math.ceil(Number(value.toFixed(3)));
};

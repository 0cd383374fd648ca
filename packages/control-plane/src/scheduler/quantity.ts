/** Kubernetes quantities as numbers: `500m` is 0.5, `1Gi` is 1073741824. What cannot be read counts as 0. Pure. */
const divisors: Readonly<Record<string, number>> = { n: 1e9, u: 1e6, m: 1e3 };
const factors: Readonly<Record<string, number>> = {
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

export function parseQuantity(text: string | number): number {
  const match = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([A-Za-z]*)$/.exec(String(text));
  const [, number = "0", suffix = ""] = match ?? [];
  const divisor = divisors[suffix];
  return divisor === undefined ? Number(number) * (factors[suffix] ?? 0) : Number(number) / divisor;
}

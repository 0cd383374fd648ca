/**
 * Kubernetes quantities: `100m`, `1.5`, `64Mi`, `2e3`. Exact: as whole billionths, in a BigInt. Pure.
 *
 * Below a billionth they are rounded up, as Kubernetes does.
 */
const grammar = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;

const decimal: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  "": 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binary: Readonly<Record<string, bigint>> = {
  Ki: 1n << 10n,
  Mi: 1n << 20n,
  Gi: 1n << 30n,
  Ti: 1n << 40n,
  Pi: 1n << 50n,
  Ei: 1n << 60n,
};
/** Larger exponents than this are nobody's amount, and would make numbers without end. */
const exponentMax = 30;

/** No amount needs more characters; longer texts are refused before they cost anything. */
const textLengthMax = 64;

/** Billionths of the unit, or undefined when the text is no quantity. */
export function parseQuantity(text: string | number): bigint | undefined {
  const given = String(text);
  const match = given.length > textLengthMax ? null : grammar.exec(given);
  if (match === null) return undefined;
  const [, sign, digits = "", suffix = ""] = match;
  const [whole = "", fraction = ""] = digits.split(".");
  const mantissa = BigInt(whole + fraction || "0");
  const factor = binary[suffix];
  const exponent = factor === undefined ? (decimal[suffix] ?? Number(suffix.slice(1))) : 0;
  if (Math.abs(exponent) > exponentMax) return undefined;
  const scaled = timesTenTo(mantissa * (factor ?? 1n), 9 + exponent - fraction.length);
  return sign === "-" ? -scaled : scaled;
}

/** Whole units, rounded up: bytes of memory, number of pods. NaN when it is no quantity. */
export function quantityValue(text: string | number): number {
  const billionths = parseQuantity(text);
  return billionths === undefined ? Number.NaN : Number(ceilDivide(billionths, 1_000_000_000n));
}

/** Thousandths, rounded up: millicores. NaN when it is no quantity. */
export function milliValue(text: string | number): number {
  const billionths = parseQuantity(text);
  return billionths === undefined ? Number.NaN : Number(ceilDivide(billionths, 1_000_000n));
}

const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const decimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];

/**
 * The one way in which Kubernetes writes this amount: no fraction, the largest suffix of the family that was given.
 * `1000m` is `1`, `1.5Gi` is `1536Mi`. Undefined when it is no quantity.
 */
export function canonicalQuantity(text: string | number): string | undefined {
  const billionths = parseQuantity(text);
  if (billionths === undefined) return undefined;
  if (billionths === 0n) return "0";
  const whole = billionths / 1_000_000_000n;
  const isBinary = String(text).endsWith("i") && billionths % 1_000_000_000n === 0n;
  if (isBinary && (whole >= 1024n || whole <= -1024n)) {
    const { rest, steps } = dividedOut(whole, 1024n, binarySuffixes.length - 1);
    return `${String(rest)}${binarySuffixes[steps] ?? ""}`;
  }
  const { rest, steps } = dividedOut(billionths, 1_000n, decimalSuffixes.length - 1);
  const exponent = steps * 3 - 9;
  if (!/[eE][+-]?\d+$/.test(String(text)) || exponent === 0)
    return `${String(rest)}${decimalSuffixes[steps] ?? ""}`;
  return `${String(rest)}e${exponent}`;
}

function dividedOut(value: bigint, divisor: bigint, stepsMax: number) {
  let rest = value;
  let steps = 0;
  for (; steps < stepsMax && rest % divisor === 0n; steps += 1) rest /= divisor;
  return { rest, steps };
}

function timesTenTo(value: bigint, exponent: number): bigint {
  return exponent >= 0 ? value * 10n ** BigInt(exponent) : ceilDivide(value, 10n ** BigInt(-exponent));
}

function ceilDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value > 0n && value % divisor !== 0n ? quotient + 1n : quotient;
}

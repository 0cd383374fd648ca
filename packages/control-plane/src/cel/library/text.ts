/** Texts by code points, and numbers as Go writes them. Pure. */
import { failure } from "../errors.ts";

export function codePoints(text: string): number {
  let count = 0;
  for (const character of text) count += character === "" ? 0 : 1;
  return count;
}

/** An index into a list of code points, checked. */
export function indexIn(index: bigint, length: number): number {
  if (index < 0n || index > BigInt(length)) throw failure(`index out of range: ${index}`);
  return Number(index);
}

/** As Go's strconv writes the shortest form (`%g`). */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0";
  const [mantissa = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 6) return plainText(value);
  const size = String(Math.abs(exponent)).padStart(2, "0");
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${size}`;
}

/** Without an exponent. */
export function plainText(value: number): string {
  const text = String(value);
  if (!text.includes("e")) return text;
  const [mantissa = "", exponent = "0"] = text.split("e");
  const sign = mantissa.startsWith("-") ? "-" : "";
  const [before = "", after = ""] = mantissa.replace("-", "").split(".");
  const shift = Number(exponent);
  if (shift >= 0) return `${sign}${before}${after.padEnd(shift, "0")}`;
  return `${sign}0.${"0".repeat(-shift - before.length)}${before}${after}`;
}

/** Measured amounts as the metrics server writes them. Pure. */
import { canonicalQuantity } from "@kubus/shared/api/quantity.ts";

/** Billionths of a core: `12m`, `1234567n`. */
export const coresQuantity = (nanocores: number | bigint): string =>
  canonicalQuantity(`${nanocores}n`) ?? String(nanocores);

/** Bytes, in powers of 1024 where they are whole: `12Mi`, `1000`. */
export function binaryQuantity(bytes: number | bigint): string {
  const whole = BigInt(bytes);
  return (whole % 1_024n === 0n ? canonicalQuantity(`${whole / 1_024n}Ki`) : undefined) ?? String(whole);
}

/** A span as Go writes it: `950ms`, `15.003s`, `1m0s`. */
export function goDuration(spanMs: number): string {
  const ms = Math.round(spanMs);
  if (ms === 0) return "0s";
  if (ms < 1_000) return `${ms}ms`;
  const [hours, minutes] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60];
  const seconds = `${(ms % 60_000) / 1_000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

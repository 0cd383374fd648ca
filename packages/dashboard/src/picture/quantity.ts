/** Kubernetes' quantities as numbers, and numbers as people read them. Pure. */
import { parseQuantity as billionthsOf } from "@kubus/shared/api/quantity.ts";

/** `500m` is 0.5, `4Gi` is 4294967296; undefined when it is no quantity. */
export function parseQuantity(text: string | undefined): number | undefined {
  const billionths = text === undefined ? undefined : billionthsOf(text);
  return billionths === undefined ? undefined : Number(billionths) / 1e9;
}

/** `3.8 GiB`. */
export function bytesText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 2 ** (10 * power);
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power] ?? ""}`;
}

/** `4 s`, `12 min`, `3 h`, `2 d`: the largest unit only, like kubectl's ages. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

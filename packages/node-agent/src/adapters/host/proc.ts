/** Reads the kernel's small files. They are in memory: reading them at once costs less than waiting for them. */
import { readFileSync, readdirSync } from "node:fs";

/** The trimmed text, or undefined when the board has no such file. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").replaceAll("\0", "").trim();
  } catch {
    // Which files there are differs from board to board; "not there" is an answer.
    return undefined;
  }
}

export function readNumber(path: string): number | undefined {
  const text = readText(path);
  const value = text === undefined || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

export function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    // As above: a board without this sensor.
    return [];
  }
}

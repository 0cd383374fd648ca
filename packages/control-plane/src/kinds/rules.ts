/** Rules of single values that many kinds share. Pure. */
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "./causes.ts";

export function validateNotNegative(value: number | undefined, field: string): readonly Cause[] {
  return value !== undefined && value < 0
    ? [cause.invalid(field, value, "must be greater than or equal to 0")]
    : [];
}

/** One word out of a few; it must be there. */
export function validateChoice(value: string, choices: readonly string[], field: string): readonly Cause[] {
  if (value === "") return [cause.required(field)];
  return choices.includes(value) ? [] : [cause.notSupported(field, value, choices)];
}

/** A path that stays inside its volume. */
export function validateInside(path: string, field: string): readonly Cause[] {
  if (path.startsWith("/")) return [cause.invalid(field, path, "must be a relative path")];
  return path.split("/").includes("..") ? [cause.invalid(field, path, "must not contain '..'")] : [];
}

/** Rules of single values that many kinds share, and the words to combine them. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import type { NameRule } from "../api/names.ts";
import { cause } from "./causes.ts";

/** The causes, when something is wrong. */
export const when = (isWrong: boolean, ...causes: readonly Cause[]): readonly Cause[] =>
  isWrong ? causes : [];

/** The causes of each item of a list; `at` is the item's path, such as `spec.ports[0]`. */
export const each = <T>(
  items: readonly T[] | undefined,
  field: string,
  check: (item: T, at: string, index: number) => readonly Cause[],
): readonly Cause[] => (items ?? []).flatMap((item, index) => check(item, `${field}[${index}]`, index));

/** What a rule of names says of a value. */
export function checked(rule: NameRule, value: string, field: string): readonly Cause[] {
  const wrong = rule(value);
  return wrong === undefined ? [] : [cause.invalid(field, value, wrong)];
}

/** As `checked`, of a value that may be left out. */
export const checkedIfSaid = (rule: NameRule, value: string | undefined, field: string): readonly Cause[] =>
  value === undefined || value === "" ? [] : checked(rule, value, field);

/** As `checked`, of a value that must be there. */
export const checkedName = (rule: NameRule, value: string | undefined, field: string): readonly Cause[] =>
  value === undefined || value === "" ? [cause.required(field)] : checked(rule, value, field);

export const validateRequired = (value: string | undefined, field: string): readonly Cause[] =>
  value === undefined || value === "" ? [cause.required(field)] : [];

export function validateNotNegative(value: number | undefined, field: string): readonly Cause[] {
  return value !== undefined && value < 0
    ? [cause.invalid(field, value, "must be greater than or equal to 0")]
    : [];
}

export function validateBetween(
  value: number | undefined,
  least: number,
  most: number,
  field: string,
): readonly Cause[] {
  return value !== undefined && (value < least || value > most)
    ? [cause.invalid(field, value, `must be between ${least} and ${most}, inclusive`)]
    : [];
}

/** One word out of a few; it must be there. */
export function validateChoice(value: string, choices: readonly string[], field: string): readonly Cause[] {
  if (value === "") return [cause.required(field)];
  return choices.includes(value) ? [] : [cause.notSupported(field, value, choices)];
}

/** One word out of a few, or none at all. */
export const validateChoiceIfSaid = (
  value: string | undefined,
  choices: readonly string[],
  field: string,
): readonly Cause[] =>
  value === undefined || choices.includes(value) ? [] : [cause.notSupported(field, value, choices)];

export const validateImmutable = (next: unknown, previous: unknown, field: string): readonly Cause[] =>
  isDeepStrictEqual(next, previous) ? [] : [cause.invalid(field, next, "field is immutable")];

/** A path that nobody leaves upwards. */
export const validateNoBacksteps = (path: string, field: string): readonly Cause[] =>
  path.split("/").includes("..") ? [cause.invalid(field, path, "must not contain '..'")] : [];

/** A path that stays inside its volume. */
export const validateInside = (path: string, field: string): readonly Cause[] => [
  ...when(path.startsWith("/"), cause.invalid(field, path, "must be a relative path")),
  ...validateNoBacksteps(path, field),
];

/** A path for a file that an agent writes: names that begin with two dots are its own. */
export const validateFilePath = (path: string, field: string): readonly Cause[] => [
  ...validateInside(path, field),
  ...when(
    path.startsWith("..") && !path.startsWith("../") && path !== "..",
    cause.invalid(field, path, "must not start with '..'"),
  ),
];

export const validateFileMode = (mode: number | undefined, field: string): readonly Cause[] =>
  mode !== undefined && (mode < 0 || mode > 0o777)
    ? [cause.invalid(field, mode, "must be a number between 0 and 0777 (octal), both inclusive")]
    : [];

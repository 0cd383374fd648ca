/** The rules of a status that counts pods: no count is negative, and a part is not more than the whole. Pure. */
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../causes.ts";
import { validateNotNegative, when } from "../rules.ts";

/** Not one of these fields of a status is negative. */
export const validateCounts = <T extends object>(
  status: T | undefined,
  fields: readonly (keyof T & string)[],
): readonly Cause[] =>
  fields.flatMap((field) => validateNotNegative(countOf(status, field), `status.${field}`));

interface Part<T> {
  readonly field: keyof T & string;
  readonly of: keyof T & string;
  /** How Kubernetes names the whole; `status.` and its field unless told. */
  readonly named?: string;
}

export const validateParts = <T extends object>(
  status: T | undefined,
  parts: readonly Part<T>[],
): readonly Cause[] =>
  parts.flatMap(({ field, of: whole, named = `status.${whole}` }) => {
    const count = countOf(status, field) ?? 0;
    return when(
      count > (countOf(status, whole) ?? 0),
      cause.invalid(`status.${field}`, count, `cannot be greater than ${named}`),
    );
  });

interface Collisions {
  readonly collisionCount?: number;
}

/** It is part of names that were given out, so it only grows. */
export const validateCollisions = (
  next: Collisions | undefined,
  previous: Collisions | undefined,
): readonly Cause[] =>
  when(
    previous?.collisionCount !== undefined && (next?.collisionCount ?? -1) < previous.collisionCount,
    cause.invalid("status.collisionCount", next?.collisionCount ?? 0, "cannot be decremented"),
  );

const countOf = <T extends object>(status: T | undefined, field: keyof T & string): number | undefined =>
  status?.[field] as number | undefined;

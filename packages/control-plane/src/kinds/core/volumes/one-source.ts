/**
 * A volume has exactly one source. What each kind of source needs is a row of a table; the order of the rows is that
 * in which Kubernetes looks, so of two sources the later one is refused. Pure.
 */
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import { validateRequired } from "../../rules.ts";

/** A source as a client sent it: its fields were checked against the schema, but each may be missing. */
export type Source = Readonly<Record<string, unknown>>;

/** What the rules of a source may know besides it. */
export interface VolumePlace {
  /** The name of the volume; empty when it has none. */
  readonly volumeName: string;
  /** The name of the pod; absent in pod templates. */
  readonly podName?: string;
}

export type SourceRule = (source: Source, field: string, place: VolumePlace) => readonly Cause[];

export interface SourceRow {
  readonly name: string;
  readonly check: SourceRule;
  /** Where its causes point, when that is not its name. Kubernetes' own slips of the pen are kept: people match on them. */
  readonly field?: string;
  /** Where it is said that it is one too many, when that is not its name. */
  readonly extraField?: string;
}

export function validateOneSource(
  rows: readonly SourceRow[],
  volume: Source,
  field: string,
  place: VolumePlace,
): readonly Cause[] {
  const given = rows.filter(({ name }) => isThere(volume[name]));
  if (given.length === 0) return [cause.required(field, "must specify a volume type")];
  return given.flatMap(({ name, check, field: at = name, extraField = name }, i) =>
    i === 0
      ? check(volume[name] as Source, `${field}.${at}`, place)
      : [cause.forbidden(`${field}.${extraField}`, "may not specify more than 1 volume type")],
  );
}

export const isThere = (value: unknown): boolean => value !== undefined && value !== null;

/** A text of a source; empty when it is not there. */
export const textOf = (source: Source, name: string): string => {
  const value = source[name];
  return typeof value === "string" ? value : "";
};

export const numberOf = (source: Source, name: string): number | undefined => {
  const value = source[name];
  return typeof value === "number" ? value : undefined;
};

export const listOf = (source: Source, name: string): readonly Source[] => {
  const value = source[name];
  return Array.isArray(value) ? (value as readonly Source[]) : [];
};

/** A part of a source; undefined when it is not there. */
export const partOf = (source: Source, name: string): Source | undefined =>
  isThere(source[name]) ? (source[name] as Source) : undefined;

/** A rule that wants these texts, and nothing else. */
export const needs =
  (...names: readonly string[]): SourceRule =>
  (source, field) =>
    names.flatMap((name) => validateRequired(textOf(source, name), `${field}.${name}`));

/** All of these rules. */
export const allOf =
  (...rules: readonly SourceRule[]): SourceRule =>
  (source, field, place) =>
    rules.flatMap((rule) => rule(source, field, place));

/** When it names a secret, then by these parts. */
export const secretBy =
  (...names: readonly string[]): SourceRule =>
  (source, field) =>
    names.flatMap((name) => {
      const secret = partOf(source, "secretRef");
      return secret === undefined ? [] : validateRequired(textOf(secret, name), `${field}.secretRef.${name}`);
    });

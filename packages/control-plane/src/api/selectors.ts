/**
 * Which objects a client means: label selectors (text and object form) and field selectors.
 *
 * Grammar: `a=b, c==d, e!=f, g in (h,i), j notin (k), l, !m` (apimachinery `labels.Parse`). Pure.
 * What cannot be read is refused with `badRequest`, never ignored.
 */
import type { KubeObject, LabelSelector, LabelSelectorRequirement } from "@kubus/shared/api/meta.ts";
import { Refusal } from "@kubus/shared/errors/codes.ts";
import type { Kind } from "../kinds/kind.ts";
import { parseRequirements, type LabelQuery, type LabelRequirement } from "./selector-grammar.ts";

export type { LabelQuery, LabelRequirement };

export interface FieldRequirement {
  readonly field: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}
export type FieldQuery = readonly FieldRequirement[];

type Labels = Readonly<Record<string, string>> | undefined;

/** Matches nothing: what a missing selector means in a spec. */
const nothing: LabelQuery = [{ key: "", operator: "in", values: [] }];

/** Reads `labelSelector=`. Rejects with `badRequest`. */
export const parseLabelSelector = (text: string): LabelQuery => parseRequirements(text);

/** The query of a selector in a spec. Missing matches nothing, empty matches everything. */
export function labelQueryOf(selector: LabelSelector | undefined): LabelQuery {
  if (selector === undefined) return nothing;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return [
    ...Object.entries(matchLabels).map(([key, value]) => ({ key, operator: "=" as const, values: [value] })),
    ...matchExpressions.map(requirementOf),
  ];
}

export function matchesLabels(query: LabelQuery, labels: Labels): boolean {
  return query.every(({ key, operator, values }) => {
    const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case "=":
      case "in":
        return value !== undefined && values.includes(value);
      case "!=":
      case "notin":
        return value === undefined || !values.includes(value);
      case "exists":
        return value !== undefined;
      case "!":
        return value === undefined;
    }
  });
}

/** A selector as kubectl prints it and as `labelSelector=` takes it, keys in order. */
export function formatLabelSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return "";
  return [...labelQueryOf(selector)]
    .sort((a, b) => compare(a.key, b.key))
    .map(formatRequirement)
    .join(",");
}

/** Labels as a selector of exactly these: `app=web,tier=front`. */
export const formatLabels = (labels: Labels): string => formatLabelSelector({ matchLabels: labels ?? {} });

/** Reads `fieldSelector=` for a kind. Rejects with `badRequest` when it names a field that cannot be selected by. */
export function parseFieldSelector(kind: Kind, text: string): FieldQuery {
  const terms = text.split(/(?<!\\),/).filter((term) => term.trim() !== "");
  return terms.map((term) => {
    const match = /^([^=!]+?)(==|!=|=)([\s\S]*)$/.exec(term.trim());
    if (match === null)
      throw new Refusal("badRequest", `invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = "", operator, value = ""] = match;
    if (readerOf(kind, field) === undefined) throw unsupportedField(kind, text, field);
    return { field, operator: operator === "!=" ? "!=" : "=", value: value.replace(/\\([\\,=])/g, "$1") };
  });
}

export function matchesFields(kind: Kind, query: FieldQuery, object: KubeObject): boolean {
  return query.every(({ field, operator, value }) => {
    const actual = readerOf(kind, field)?.(object) ?? "";
    return operator === "=" ? actual === value : actual !== value;
  });
}

function readerOf(kind: Kind, field: string): ((object: KubeObject) => string) | undefined {
  if (field === "metadata.name") return ({ metadata }) => metadata.name;
  if (field === "metadata.namespace" && kind.scope === "Namespaced")
    return ({ metadata }) => metadata.namespace ?? "";
  return Object.hasOwn(kind.selectableFields, field) ? kind.selectableFields[field] : undefined;
}

function unsupportedField({ group, version, plural }: Kind, text: string, field: string): Refusal {
  const resource = `${group}/${version}, Resource=${plural}`;
  return new Refusal(
    "badRequest",
    `Unable to find "${resource}" that match label selector "", field selector "${text}": field label not supported: ${field}`,
  );
}

function requirementOf({ key, operator, values = [] }: LabelSelectorRequirement): LabelRequirement {
  switch (operator) {
    case "In":
      return { key, operator: "in", values };
    case "NotIn":
      return { key, operator: "notin", values };
    case "Exists":
      return { key, operator: "exists", values: [] };
    case "DoesNotExist":
      return { key, operator: "!", values: [] };
    default:
      // Gt and Lt exist for nodes only; in a label selector they match nothing.
      return { key, operator: "in", values: [] };
  }
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  if (operator === "exists") return key;
  if (operator === "!") return `!${key}`;
  if (operator === "in" || operator === "notin")
    return `${key} ${operator} (${[...values].sort().join(",")})`;
  return `${key}${operator}${values[0] ?? ""}`;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

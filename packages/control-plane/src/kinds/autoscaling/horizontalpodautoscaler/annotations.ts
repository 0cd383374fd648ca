/**
 * What an older version of autoscalers has no field for, kept in annotations: nothing is lost on the way there and
 * back. Only these conversions write them; those that a client made up are read, and those that cannot be read are
 * dropped. Pure.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";

const prefix = "autoscaling.alpha.kubernetes.io/";

export type Kept = "metrics" | "current-metrics" | "behavior" | "conditions";
const keptParts: readonly Kept[] = ["metrics", "current-metrics", "behavior", "conditions"];

export function keptIn({ metadata }: KubeObject, part: Kept): unknown {
  const text = metadata.annotations?.[`${prefix}${part}`];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // A client wrote it; Kubernetes drops it as well.
  }
}

/** The metadata with these parts kept in it, and no others. */
export function metadataKeeping(
  { metadata }: KubeObject,
  parts: Readonly<Partial<Record<Kept, unknown>>>,
): KubeObject["metadata"] {
  const { annotations = {}, ...rest } = metadata;
  const own = Object.entries(annotations).filter(
    ([key]) => !keptParts.some((part) => key === `${prefix}${part}`),
  );
  const kept = Object.entries(parts)
    .filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0))
    .map(([part, value]) => [`${prefix}${part}`, JSON.stringify(value)] as const);
  const all = [...own, ...kept];
  return all.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(all) };
}

/** As Kubernetes writes the behaviour there: with the names of its Go fields. */
export const withGoNames = (value: unknown): unknown => renamed(value, (first) => first.toUpperCase());

/** Reads both: Go does not look at the case of names. */
export const withJsonNames = (value: unknown): unknown => renamed(value, (first) => first.toLowerCase());

function renamed(value: unknown, change: (first: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, change));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(
    entries.map(([name, member]) => [`${change(name.slice(0, 1))}${name.slice(1)}`, renamed(member, change)]),
  );
}

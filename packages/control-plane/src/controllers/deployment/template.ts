/**
 * Which replica set runs a deployment's template, and what its name and labels are made of. Pure.
 *
 * The hash only gives a name. Whether two templates are the same is decided by comparing them.
 */
import type { PodTemplateSpec } from "@kubus/shared/api/pod.ts";
import type { Deployment, ReplicaSet } from "@kubus/shared/api/workload.ts";
import { isSame } from "../../api/same.ts";

export const hashLabel = "pod-template-hash";

/** Kubernetes' alphabet of generated names. */
const alphabet = "bcdfghjklmnpqrstvwxz2456789";

/** A short word for a template. `collisions` changes it when another template has the same one. */
export function templateHash(template: PodTemplateSpec, collisions = 0): string {
  const text = canonical(template) + (collisions === 0 ? "" : `#${collisions}`);
  const digits = String(fnv1a(text));
  return Array.from(digits, (digit) => alphabet.charAt(digit.charCodeAt(0) % alphabet.length)).join("");
}

/** 32-bit FNV-1a. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** JSON with keys in order, so that the same template always gives the same text. */
function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const sorted = members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(",")}}`;
}

/** The replica set that runs the deployment's template now. Of several (adopted ones) the oldest. */
export const newReplicaSetOf = (
  deployment: Deployment,
  sets: readonly ReplicaSet[],
): ReplicaSet | undefined =>
  byAge(sets).find(({ spec }) => isSame(withoutHash(spec.template), withoutHash(deployment.spec.template)));

/** Oldest first; of the same age by name. */
export const byAge = (sets: readonly ReplicaSet[]): readonly ReplicaSet[] =>
  [...sets].sort(
    ({ metadata: a }, { metadata: b }) =>
      a.creationTimestamp.localeCompare(b.creationTimestamp) || a.name.localeCompare(b.name),
  );

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const labels = Object.entries(template.metadata?.labels ?? {}).filter(([key]) => key !== hashLabel);
  return { ...template, metadata: { ...template.metadata, labels: Object.fromEntries(labels) } };
}

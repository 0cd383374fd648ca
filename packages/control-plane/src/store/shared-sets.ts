/**
 * The sets of fields in managedFields, each kept once in memory however many objects hold it.
 *
 * All pods of a deployment have the same fields with the same managers; apart from the few that a value is part of
 * (addresses), their sets are one. Without this a pod's managedFields would take more memory than the pod.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";

interface Sets {
  readonly [element: string]: Sets;
}

/** Different sets that are remembered; then the memory begins anew. What is shared already stays so. */
const setsMax = 20_000;

/** Sets by what they hold: their elements, with the numbers of the sets below. */
const known = new Map<string, { readonly set: Sets; readonly number: number }>();
let number = 0;

/** For an object that was just read and belongs to nobody else: it is changed in place. */
export function withSharedSets(object: KubeObject): KubeObject {
  const { managedFields = [] } = (object as Partial<KubeObject>).metadata ?? {};
  for (const entry of managedFields as readonly { fieldsV1?: Sets }[])
    if (entry.fieldsV1 !== undefined) entry.fieldsV1 = shared(entry.fieldsV1).set;
  return object;
}

function shared(set: Sets): { readonly set: Sets; readonly number: number } {
  const own: Record<string, Sets> = set;
  let key = "";
  for (const element of Object.keys(set)) {
    const below = shared(own[element] ?? {});
    own[element] = below.set;
    key += `${element.length} ${element} ${below.number} `;
  }
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= setsMax) known.clear();
  number += 1;
  const next = { set, number };
  known.set(key, next);
  return next;
}

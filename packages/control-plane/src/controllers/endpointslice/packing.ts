/**
 * How endpoints are spread over slices with as few writes as can be: an endpoint stays in the slice it is in, new ones
 * go where something is written anyway, then where there is room, then into new slices. Pure.
 */
import type { Endpoint } from "@kubus/shared/api/discovery.ts";
import { isSame } from "../../api/same.ts";

export interface PackedSlice {
  readonly endpoints?: readonly Endpoint[];
}

export interface Packing<Slice extends PackedSlice> {
  /** Slices with other endpoints than before; those without any are left empty. */
  readonly changed: readonly { readonly slice: Slice; readonly endpoints: readonly Endpoint[] }[];
  readonly unchanged: readonly Slice[];
  /** The endpoints of each new slice. */
  readonly added: readonly (readonly Endpoint[])[];
}

interface Draft<Slice> {
  readonly slice: Slice;
  endpoints: Endpoint[];
  isChanged: boolean;
}

export function pack<Slice extends PackedSlice>(
  existing: readonly Slice[],
  wanted: readonly Endpoint[],
  endpointsMax: number,
): Packing<Slice> {
  const missing = new Map(wanted.map((endpoint) => [identityOf(endpoint), endpoint]));
  const drafts = existing.map((slice) => keptOf(slice, missing, endpointsMax));
  const left = [...missing.values()];
  for (const draft of inOrderOfFilling(drafts)) {
    const room = Math.max(0, endpointsMax - draft.endpoints.length);
    const taken = left.splice(0, room);
    if (taken.length === 0) continue;
    draft.endpoints.push(...taken);
    draft.isChanged = true;
  }
  return {
    changed: drafts.filter(({ isChanged }) => isChanged),
    unchanged: drafts.filter(({ isChanged }) => !isChanged).map(({ slice }) => slice),
    added: chunksOf(left, endpointsMax),
  };
}

/** What of a slice stays; takes it out of what is missing. */
function keptOf<Slice extends PackedSlice>(
  slice: Slice,
  missing: Map<string, Endpoint>,
  endpointsMax: number,
): Draft<Slice> {
  const endpoints: Endpoint[] = [];
  let isChanged = false;
  for (const endpoint of slice.endpoints ?? []) {
    const identity = identityOf(endpoint);
    const next = missing.get(identity);
    if (next === undefined || endpoints.length >= endpointsMax) {
      isChanged = true;
      continue;
    }
    missing.delete(identity);
    endpoints.push(next);
    if (!isSame(endpoint, next)) isChanged = true;
  }
  return { slice, endpoints, isChanged };
}

/** Those that are written anyway, then the fullest. */
const inOrderOfFilling = <Slice>(drafts: readonly Draft<Slice>[]): readonly Draft<Slice>[] =>
  drafts.toSorted(
    (a, b) => Number(b.isChanged) - Number(a.isChanged) || b.endpoints.length - a.endpoints.length,
  );

/** Who it is: the pod, or whatever has the addresses. */
const identityOf = ({ addresses, targetRef }: Endpoint): string =>
  JSON.stringify([targetRef?.uid ?? targetRef?.name ?? "", [...addresses].sort()]);

function chunksOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size));
}

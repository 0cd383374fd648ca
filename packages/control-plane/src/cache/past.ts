/** What was: the present with the newer events undone, the newest first. Pure. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { CacheEvent } from "./cache.ts";
import { placeOf } from "./shelf.ts";

/** `present` and `events` are of one kind; the events are in order, and all of them happened. */
export function undone(present: readonly KubeObject[], events: readonly CacheEvent[]): readonly KubeObject[] {
  const objects = new Map(present.map((object) => [placeIn(object), object]));
  for (const { object, previous } of events.toReversed()) {
    if (previous === undefined) objects.delete(placeIn(object));
    else objects.set(placeIn(object), previous);
  }
  const places = [...objects].sort(([a], [b]) => (a < b ? -1 : 1));
  return places.map(([, object]) => object);
}

const placeIn = ({ metadata }: KubeObject): string => placeOf(metadata.namespace ?? "", metadata.name);

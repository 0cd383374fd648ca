/**
 * Watch events as lines of bytes. The line of a change is made once and shared by all watches that show it.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { CacheEvent } from "../../cache/cache.ts";

export type EventType = "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";

const encoder = new TextEncoder();

/** A line made of any value. */
export const lineOf = (type: EventType, object: unknown): Uint8Array =>
  encoder.encode(`{"type":"${type}","object":${JSON.stringify(object)}}\n`);

/** Lines live as long as the ring of the cache keeps their event. */
const shared = new WeakMap<CacheEvent, Uint8Array>();

/** The line of a change as it is. */
export function sharedLine(event: CacheEvent): Uint8Array {
  const known = shared.get(event);
  if (known !== undefined) return known;
  const head = encoder.encode(`{"type":"${event.type}","object":`);
  const body = event.json();
  const line = new Uint8Array(head.length + body.length + tail.length);
  line.set(head);
  line.set(body, head.length);
  line.set(tail, head.length + body.length);
  shared.set(event, line);
  return line;
}

const tail = encoder.encode("}\n");

/** What a change is to a reader who sees only some objects: they appear and disappear as they begin and cease to match. */
export function seenAs(
  event: CacheEvent,
  matches: (object: KubeObject) => boolean,
): { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: KubeObject } | undefined {
  const { type, object, previous } = event;
  if (type === "DELETED") return matches(previous ?? object) ? { type, object } : undefined;
  const was = previous !== undefined && matches(previous);
  if (matches(object)) return { type: was ? "MODIFIED" : "ADDED", object };
  if (!was) return undefined;
  const { resourceVersion } = object.metadata;
  return { type: "DELETED", object: { ...previous, metadata: { ...previous.metadata, resourceVersion } } };
}

/** The wire form of objects, made once for each and kept as long as the object is: lists and watches share it. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";

const made = new WeakMap<KubeObject, Uint8Array>();
const encoder = new TextEncoder();

/** `object` is one of the cache's: it never changes. */
export function jsonOf(object: KubeObject): Uint8Array {
  const known = made.get(object);
  if (known !== undefined) return known;
  const json = encoder.encode(JSON.stringify(object));
  made.set(object, json);
  return json;
}

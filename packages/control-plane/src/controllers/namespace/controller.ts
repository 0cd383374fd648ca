/** Namespaces that are being deleted: woken by themselves and by whatever changes in them. */
import type { CacheEvent, Cache } from "../../cache/cache.ts";
import { namespaceKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { reconcile, type NamespaceView } from "./deletion.ts";

/** Everything that may lie in a namespace at this moment. */
const contained = (cache: Cache) => cache.kinds().filter(({ scope }) => scope === "Namespaced");

export const namespaceController = defineController<NamespaceView>({
  name: "namespace",
  guarantee: "A Namespace that is being deleted is emptied, and goes when nothing is left in it.",
  watches: [
    { kind: namespaceKind, wakes: ({ object }) => [object.metadata.name] },
    { kind: "every", wakes: wakeEnding },
  ],
  observe: (name, { cache, now }) => {
    const namespace = cache.get(namespaceKind, undefined, name);
    // Only a namespace that is being deleted is looked into.
    if (namespace?.metadata.deletionTimestamp === undefined) return { namespace, contents: [], now };
    const contents = contained(cache).map((kind) => ({ kind, objects: cache.list(kind, name) }));
    return { namespace, contents, now };
  },
  reconcile,
  isGone: ({ namespace }) => namespace?.metadata.deletionTimestamp === undefined,
});

function wakeEnding({ object }: CacheEvent, cache: Cache): readonly string[] {
  const { namespace = "" } = object.metadata;
  const found = cache.get(namespaceKind, undefined, namespace);
  return found?.metadata.deletionTimestamp === undefined ? [] : [namespace];
}

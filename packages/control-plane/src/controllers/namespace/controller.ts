/** Namespaces: woken by themselves and, while they are being deleted, by whatever changes in them. */
import type { CacheEvent, Cache } from "../../cache/cache.ts";
import { namespaceKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { classify } from "./classify.ts";
import { isBeingEmptied, reconcile, type NamespaceView } from "./deletion.ts";
import { namespaceMachine } from "./namespace.machine.ts";

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
    if (namespace === undefined || !isBeingEmptied(namespace)) return { namespace, contents: [], now };
    const contents = contained(cache).map((kind) => ({ kind, objects: cache.list(kind, name) }));
    return { namespace, contents, now };
  },
  reconcile,
  life: { name: "namespace", machine: namespaceMachine, classify },
  isGone: ({ namespace }) => namespace === undefined,
});

function wakeEnding({ object }: CacheEvent, cache: Cache): readonly string[] {
  const { namespace } = object.metadata;
  if (namespace === undefined) return [];
  const found = cache.get(namespaceKind, undefined, namespace);
  return found?.metadata.deletionTimestamp === undefined ? [] : [namespace];
}

/** CustomResourceDefinitions: woken by themselves, by others of their group, and by objects that they wait for. */
import type { CustomResourceDefinition } from "@kubus/shared/api/apiextensions.ts";
import { takenBy } from "../../apiextensions/custom-kinds.ts";
import { judgeAll } from "../../apiextensions/names.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import { customResourceDefinitionKind } from "../../kinds/apiextensions/index.ts";
import { servedKinds } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { reconcile, type DefinitionView } from "./reconcile.ts";

const taken = takenBy(servedKinds);

export const customResourceDefinitionController = defineController<DefinitionView>({
  name: "customresourcedefinition",
  guarantee:
    "A CustomResourceDefinition says whether its kind is served; one that is being deleted goes when no object of its kind is left.",
  watches: [
    { kind: customResourceDefinitionKind, wakes: (event, cache) => inGroupOf(event, cache) },
    { kind: "every", wakes: wakeEnding },
  ],
  observe: (name, { cache, now }) => {
    const crd = cache.get(customResourceDefinitionKind, undefined, name);
    if (crd === undefined) return { crd, verdict: undefined, kind: undefined, objects: [], now };
    const { group, names } = crd.spec;
    const others = cache.list(customResourceDefinitionKind).filter(({ spec }) => spec.group === group);
    const verdict = judgeAll(others, taken).get(name);
    const kind =
      verdict?.conflict === undefined
        ? cache.kinds().find((row) => row.group === group && row.plural === names.plural)
        : undefined;
    return { crd, verdict, kind, objects: kind === undefined ? [] : cache.list(kind), now };
  },
  reconcile,
  isGone: ({ crd }) => crd === undefined,
});

/** A name that is given up may be what another one waits for. */
function inGroupOf({ object, type }: CacheEvent, cache: Cache): readonly string[] {
  const { spec, metadata } = object as CustomResourceDefinition;
  return cache
    .list(customResourceDefinitionKind)
    .filter((other) => other.spec.group === spec.group)
    .map((other) => other.metadata.name)
    .concat(type === "DELETED" ? [metadata.name] : []);
}

function wakeEnding({ kind, type }: CacheEvent, cache: Cache): readonly string[] {
  if (kind.readFields === undefined || type !== "DELETED") return [];
  const name = `${kind.plural}.${kind.group}`;
  const crd = cache.get(customResourceDefinitionKind, undefined, name);
  return crd?.metadata.deletionTimestamp === undefined ? [] : [name];
}

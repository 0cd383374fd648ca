/** THE table of verbs on objects and collections. Those of subresources are in `subresources.ts`. */
import type { Kind, Verb } from "../../kinds/kind.ts";
import type { Act, Call } from "../call.ts";
import { noSuchMethod, noSuchPath } from "../refusals.ts";
import { subresourcesOf } from "../subresources.ts";
import { virtualActsOf } from "../virtual/index.ts";
import { watch } from "../watch/watch.ts";
import { create } from "./create.ts";
import { remove, removeCollection } from "./delete.ts";
import { get } from "./get.ts";
import { list } from "./list.ts";
import { patch } from "./patch.ts";
import { update } from "./update.ts";

const verbs: Readonly<Record<Verb, Act>> = {
  create,
  delete: remove,
  deletecollection: removeCollection,
  get,
  list,
  patch,
  update,
  watch,
};

/** The verbs of a kind, in the order in which discovery names them. */
export function verbsOf(kind: Kind): readonly Verb[] {
  const all = Object.keys(verbs) as readonly Verb[];
  const virtual = virtualActsOf(kind);
  const known = kind.verbs ?? all;
  return all.filter(
    (verb) => known.includes(verb) && (kind.storage !== "none" || virtual[verb] !== undefined),
  );
}

/** What carries a call out. Refuses with 404 or 405. */
export function actOf({
  served,
  name,
  verb,
  subresource,
}: Pick<Call, "served" | "name" | "verb" | "subresource">): Act {
  if (subresource === undefined) {
    if (!verbsOf(served).includes(verb) || (verb === "create" && name !== undefined)) throw noSuchMethod();
    return virtualActsOf(served)[verb] ?? verbs[verb];
  }
  const row = subresourcesOf(served).find((candidate) => candidate.name === subresource);
  if (row === undefined) throw noSuchPath();
  const act = row.verbs[verb];
  if (act === undefined) throw noSuchMethod();
  return act;
}

/** The directives of strategic merge patches, read out of a patch. Pure; refuses with `badRequest`. */
import { goText } from "./go-text.ts";
import { isObject } from "./merge-patch.ts";
import { badRequest } from "./refusals.ts";

type Members = Readonly<Record<string, unknown>>;

export const orderPrefix = "$setElementOrder/";
export const deletionPrefix = "$deleteFromPrimitiveList/";

const actions = ["delete", "replace", "merge"] as const;
export type PatchAction = (typeof actions)[number];

export const isDirective = (name: string): boolean =>
  name === "$patch" ||
  name === "$retainKeys" ||
  name.startsWith(orderPrefix) ||
  name.startsWith(deletionPrefix);

export function actionOf(patch: Members): PatchAction | undefined {
  const given = Object.hasOwn(patch, "$patch") ? patch["$patch"] : undefined;
  if (given === undefined) return undefined;
  const action = actions.find((known) => known === given);
  if (action === undefined)
    throw badRequest(`unknown patch type '${goText(given)}' in map: ${goText(patch)}`);
  return action;
}

/** A list that stands in a patch. */
export function listDirective(patch: Members, name: string): readonly unknown[] | undefined {
  const value = Object.hasOwn(patch, name) ? patch[name] : undefined;
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value as readonly unknown[];
  if (name.startsWith(deletionPrefix)) throw badRequest("invalid patch format of primitive list");
  if (name === "$retainKeys") throw badRequest("invalid patch format of retainKeys");
  throw badRequest("invalid patch format of setElementOrder list");
}

/** What is left of a patch that meets nothing to merge with: no directives, no nulls. */
export function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isMarked(item)).map(cleaned);
  if (!isObject(value)) return value;
  if (actionOf(value) === "delete") return {};
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => member !== null && !isDirective(name))
      .map(([name, member]) => [name, cleaned(member)]),
  );
}

/** An item that is no item, but says what is to be done with the list. */
const isMarked = (item: unknown): boolean =>
  isObject(item) && (actionOf(item) === "delete" || (actionOf(item) === "replace" && isAlone(item)));

const isAlone = (item: Members): boolean => Object.keys(item).length === 1;

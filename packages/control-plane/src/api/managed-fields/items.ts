/** The items of a list by their elements. Pure. */
import { keysElement, valueElement } from "./path-element.ts";
import type { KeyedList, Shape } from "./shape.ts";

export type Members = Readonly<Record<string, unknown>>;

export const isMap = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** All items of one element: mostly one. */
export type Member = readonly unknown[];

type ListShape = Extract<Shape, { type: "list" | "set" }>;

/** In the order in which elements come first. */
export function itemsOf(list: readonly unknown[], shape: ListShape): Map<string, Member> {
  const items = new Map<string, Member>();
  for (const item of list) {
    const element = elementOf(item, shape);
    const seen = items.get(element);
    items.set(element, seen === undefined ? [item] : [...seen, item]);
  }
  return items;
}

/** A key that is neither there nor has a standard is left out. */
export function elementOf(item: unknown, shape: ListShape): string {
  if (shape.type === "set") return valueElement(item);
  const keys = shape.keys
    .map(({ name, standard }) => [name, memberOf(item, name) ?? standard] as const)
    .filter(([, value]) => value !== undefined);
  return keysElement(keys);
}

/** The first key that an item does not say and that has no standard. */
export const missingKey = (item: unknown, { keys }: KeyedList): string | undefined =>
  keys.find(({ name, standard }) => (memberOf(item, name) ?? standard) === undefined)?.name;

const memberOf = (item: unknown, name: string): unknown =>
  isMap(item) && Object.hasOwn(item, name) ? item[name] : undefined;

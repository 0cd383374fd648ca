/**
 * The elements of field paths, as FieldsV1 writes them: `f:` a member, `k:` an item of a list by its keys, `v:` an item
 * of a set by its value, `i:` an item by its place. Pure.
 */
import type { FieldPath, FieldSet } from "./field-set.ts";
import { itself } from "./field-set.ts";

export const memberElement = (name: string): string => `f:${name}`;

export const valueElement = (value: unknown): string => `v:${JSON.stringify(value)}`;

/** `keys` in alphabetical order. */
export const keysElement = (keys: readonly (readonly [name: string, value: unknown])[]): string =>
  `k:${JSON.stringify(Object.fromEntries(keys))}`;

/** A path as people read it: `.spec.containers[name="web"].image`. */
export const pathText = (path: FieldPath): string => path.map(elementText).join("");

function elementText(element: string): string {
  const rest = element.slice(2);
  switch (element.slice(0, 2)) {
    case "k:":
      return `[${Object.entries(JSON.parse(rest) as object)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(",")}]`;
    case "v:":
      return `[=${rest}]`;
    case "i:":
      return `[${rest}]`;
    default:
      return `.${rest}`;
  }
}

/** A set that somebody else wrote, in the one form that is compared with; undefined when it is none. */
export function parseFieldSet(value: unknown, depth = 0): FieldSet | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value) || depth > depthMax)
    return undefined;
  const set: Record<string, FieldSet> = {};
  for (const [given, child] of Object.entries(value)) {
    const element = given === itself ? itself : canonicalElement(given);
    const below = parseFieldSet(child, depth + 1);
    if (element === undefined || below === undefined) return undefined;
    // Members of the root itself mean nothing.
    if (element !== itself || depth > 0) set[element] = below;
  }
  return Object.keys(set).length === 1 && Object.hasOwn(set, itself) ? {} : set;
}

/** No field lies deeper. */
const depthMax = 256;

function canonicalElement(element: string): string | undefined {
  const rest = element.slice(2);
  try {
    switch (element.slice(0, 2)) {
      case "f:":
        return element;
      case "i:":
        return /^-?\d{1,15}$/.test(rest) ? element : undefined;
      case "v:":
        return valueElement(JSON.parse(rest));
      case "k:":
        return canonicalKeys(JSON.parse(rest));
      default:
        return undefined;
    }
  } catch {
    return undefined; // No JSON: no element.
  }
}

function canonicalKeys(keys: unknown): string | undefined {
  if (typeof keys !== "object" || keys === null || Array.isArray(keys)) return undefined;
  return keysElement(Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1)));
}

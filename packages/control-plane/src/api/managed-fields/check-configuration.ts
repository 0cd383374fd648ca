/** What is wrong with an applied configuration as such, in the words of structured-merge-diff. Pure. */
import { childShape } from "./compare.ts";
import { isMap, itemsOf, missingKey, type Members } from "./items.ts";
import { pathText } from "./path-element.ts";
import type { KeyedList, Shape } from "./shape.ts";

/** `.spec.foo: field not declared in schema`; several on lines of their own. Undefined: nothing is wrong. */
export function configurationError(config: Members, shape: Shape): string | undefined {
  const problems = [...problemsIn(config, shape, "")];
  if (problems.length <= 1) return problems[0];
  return ["errors:", ...problems.map((problem) => `  ${problem}`)].join("\n");
}

function* problemsIn(value: unknown, shape: Shape, path: string): Generator<string> {
  if (value === null || value === undefined) return;
  if (shape.type === "struct" || shape.type === "map") {
    if (isMap(value)) yield* problemsInMap(value, shape, path);
    else yield `${path}: expected map, got ${shown(value)}`;
  } else if (shape.type === "list" || shape.type === "set") {
    if (Array.isArray(value)) yield* problemsInList(value, shape, path);
    else yield `${path}: expected list, got ${shown(value)}`;
  }
}

function* problemsInMap(map: Members, shape: Shape, path: string): Generator<string> {
  for (const [name, value] of Object.entries(map)) {
    const child = childShape(shape, name);
    if (child === undefined) yield `${path}.${name}: field not declared in schema`;
    else yield* problemsIn(value, child, `${path}.${name}`);
  }
}

function* problemsInList(
  list: readonly unknown[],
  shape: KeyedList | Extract<Shape, { type: "set" }>,
  path: string,
): Generator<string> {
  if (shape.type === "list") {
    for (const [i, item] of list.entries()) {
      const key = isMap(item) ? missingKey(item, shape) : undefined;
      if (!isMap(item))
        yield `${path}: element ${i}: associative list with keys may not have non-map elements`;
      else if (key !== undefined)
        yield `${path}: element ${i}: associative list with keys has an element that omits key field "${key}" (and doesn't have default value)`;
    }
  }
  for (const [element, [item, ...more]] of itemsOf(list, shape)) {
    if (more.length > 0) yield `${path}: duplicate entries for key ${pathText([element])}`;
    else if (shape.type === "list") yield* problemsIn(item, shape.items, `${path}${pathText([element])}`);
  }
}

const shown = (value: unknown): string => JSON.stringify(value);

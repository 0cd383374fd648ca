/**
 * Kubernetes' JSONPath, as far as CustomResourceDefinitions use it: `.spec.x`, `['a.b']`, `[0]`, `[-1:]`, `[*]`, `..x`
 * and filters such as `[?(@.type=="Ready")]`. Pure.
 */
import { isObject } from "./schema.ts";

type Value = string | number | boolean;

type Step =
  | { readonly is: "field"; readonly name: string }
  | { readonly is: "all" }
  | { readonly is: "below"; readonly name: string }
  | { readonly is: "slice"; readonly from: number | undefined; readonly to: number | undefined }
  | { readonly is: "index"; readonly at: number }
  | {
      readonly is: "filter";
      readonly left: JsonPath | Value;
      readonly test: string;
      readonly right: JsonPath | Value | undefined;
    };

export interface JsonPath {
  readonly steps: readonly Step[];
}

const known = new Map<string, JsonPath | undefined>();
const knownMax = 2_000;

/** Undefined when it is none. A leading dot and braces around it may be left out. */
export function parseJsonPath(source: string): JsonPath | undefined {
  if (known.has(source)) return known.get(source);
  const text = source.replace(/^\{(.*)\}$/s, "$1").replace(/^\$/, "");
  const steps = stepsOf(/^[.[]/.test(text) || text === "" ? text : `.${text}`);
  const path = steps === undefined ? undefined : { steps };
  if (known.size >= knownMax) known.clear();
  known.set(source, path);
  return path;
}

const stepPattern =
  /^(?:\.\.([A-Za-z0-9_\-]+)|\.\*|\.((?:[^.[\]\\*]|\\.)+)|\[(?:'([^']*)'|"([^"]*)")\]|\[(-?\d+)\]|\[\*\]|\[(-?\d*):(-?\d*)(?::1)?\]|\[\?\((.*?)\)\])/s;

function stepsOf(source: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  for (let rest = source === "." ? "" : source; rest !== "";) {
    const match = stepPattern.exec(rest);
    const step = match === null ? undefined : stepOf(match);
    if (match === null || step === undefined) return undefined;
    steps.push(step);
    rest = rest.slice(match[0].length);
  }
  return steps;
}

function stepOf(match: RegExpExecArray): Step | undefined {
  const [whole, below, plain, single, double, index, from, to, filter] = match as readonly (
    string | undefined
  )[];
  if (whole === ".*" || whole === "[*]") return { is: "all" };
  if (below !== undefined) return { is: "below", name: below };
  if (index !== undefined) return { is: "index", at: Number(index) };
  if (filter !== undefined) return filterOf(filter);
  if (from !== undefined && to !== undefined) return { is: "slice", from: numberIn(from), to: numberIn(to) };
  const name = plain?.replaceAll(/\\(.)/g, "$1") ?? single ?? double;
  return name === undefined ? undefined : { is: "field", name };
}

const numberIn = (text: string): number | undefined => (text === "" ? undefined : Number(text));

function filterOf(source: string): Step | undefined {
  const match = /^\s*(.+?)\s*(?:(==|!=|<=|>=|<|>)\s*(.+?)\s*)?$/s.exec(source);
  const [, left = "", test = "exists", right] = match ?? [];
  const [first, second] = [operandOf(left), right === undefined ? undefined : operandOf(right)];
  if (first === undefined || (right !== undefined && second === undefined)) return undefined;
  return { is: "filter", left: first, test, right: second };
}

function operandOf(text: string): JsonPath | Value | undefined {
  if (text.startsWith("@")) return parseJsonPath(text.slice(1));
  if (/^'.*'$|^".*"$/s.test(text)) return text.slice(1, -1);
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Everything that a path leads to, in order. */
export function valuesAt({ steps }: JsonPath, root: unknown): readonly unknown[] {
  let found: readonly unknown[] = [root];
  for (const step of steps) found = found.flatMap((value) => next(step, value));
  return found;
}

function next(step: Step, value: unknown): readonly unknown[] {
  switch (step.is) {
    case "field":
      return isObject(value) && value[step.name] !== undefined ? [value[step.name]] : [];
    case "all":
      return membersOf(value);
    case "below":
      return below(step.name, value);
    case "index":
      return Array.isArray(value) && value.at(step.at) !== undefined ? [value.at(step.at) as unknown] : [];
    case "slice":
      return Array.isArray(value) ? (value.slice(step.from ?? 0, step.to) as unknown[]) : [];
    case "filter":
      return Array.isArray(value) ? value.filter((item) => holds(step, item)) : [];
  }
}

const membersOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];

const below = (name: string, value: unknown): readonly unknown[] => [
  ...(isObject(value) && value[name] !== undefined ? [value[name]] : []),
  ...membersOf(value).flatMap((member) => below(name, member)),
];

function holds({ left, test, right }: Extract<Step, { is: "filter" }>, item: unknown): boolean {
  const [a] = operandValues(left, item);
  if (right === undefined) return a !== undefined;
  const [b] = operandValues(right, item);
  if (a === undefined || b === undefined) return false;
  switch (test) {
    case "==":
      return a === b;
    case "!=":
      return a !== b;
    default:
      return isOrdered(a) && isOrdered(b) && typeof a === typeof b && compares(test, a, b);
  }
}

const operandValues = (operand: JsonPath | Value, item: unknown): readonly unknown[] =>
  typeof operand === "object" ? valuesAt(operand, item) : [operand];

const isOrdered = (value: unknown): value is string | number =>
  typeof value === "string" || typeof value === "number";

function compares(test: string, a: string | number, b: string | number): boolean {
  if (test === "<") return a < b;
  if (test === "<=") return a <= b;
  return test === ">" ? a > b : a >= b;
}

/** The one value at a path of fields only, such as a scale's; undefined when there is none. */
export function valueAt(path: string, root: unknown): unknown {
  const parsed = parseJsonPath(path);
  return parsed === undefined ? undefined : valuesAt(parsed, root)[0];
}

/** The object with another value at a path of fields; what is missing on the way is made. */
export function withValueAt<T>(path: string, root: T, value: unknown): T {
  const names = (parseJsonPath(path)?.steps ?? []).flatMap((step) =>
    step.is === "field" ? [step.name] : [],
  );
  return placed(root, names, value) as T;
}

function placed(target: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const object = isObject(target) ? target : {};
  return { ...object, [name]: placed(object[name], rest, value) };
}

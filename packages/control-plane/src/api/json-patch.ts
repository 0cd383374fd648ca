/**
 * JSON patch (RFC 6902), as Kubernetes takes it: negative places count from the end, and copies have a limit. Pure.
 *
 * A `test` that fails, or a path that is not there, is refused with 422.
 */
import { Refusal } from "@kubus/shared/errors/codes.ts";
import { isDeeper } from "./json-text.ts";
import { apiLimits } from "./limits.ts";
import { isObject } from "./merge-patch.ts";
import { badRequest } from "./refusals.ts";
import { isSame } from "./same.ts";

/** Kubernetes' own limit: more operations in one patch are an attack, not a change. */
const operationsMax = 10_000;

interface Operation {
  readonly op: string;
  readonly path: readonly string[];
  readonly from: readonly string[] | undefined;
  readonly value: unknown;
}

/** What is changed on the way; a copy of its own. */
interface Draft {
  root: unknown;
  /** Characters of JSON that copies made so far. */
  copied: number;
}

export function applyJsonPatch(target: unknown, patch: unknown): unknown {
  const operations = operationsIn(patch);
  const draft: Draft = { root: structuredClone(target), copied: 0 };
  for (const operation of operations) run(draft, operation);
  if (isDeeper(draft.root)) throw rejected();
  return draft.root;
}

function operationsIn(patch: unknown): readonly Operation[] {
  if (!Array.isArray(patch)) throw badRequest("a JSON patch must be a list of operations with op and path");
  if (patch.length > operationsMax)
    throw new Refusal(
      "tooLarge",
      `The allowed maximum operations in a JSON patch is ${operationsMax}, got ${patch.length}`,
    );
  return patch.map(operationOf);
}

function operationOf(given: unknown): Operation {
  const { op, path, from, value } = isObject(given) ? given : {};
  if (typeof op !== "string" || typeof path !== "string")
    throw badRequest("a JSON patch must be a list of operations with op and path");
  return { op, path: pointerOf(path), from: typeof from === "string" ? pointerOf(from) : undefined, value };
}

/** `/spec/a~1b` → `spec`, `a/b`. */
function pointerOf(text: string): readonly string[] {
  if (text === "") return [];
  if (!text.startsWith("/")) throw rejected();
  return text
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function run(draft: Draft, operation: Operation): void {
  const operator = Object.hasOwn(operators, operation.op) ? operators[operation.op] : undefined;
  if (operator === undefined) throw rejected();
  operator(draft, operation);
}

const operators: Readonly<Record<string, (draft: Draft, operation: Operation) => void>> = {
  add: (draft, { path, value }) => {
    add(draft, path, structuredClone(needed(value)));
  },
  remove: (draft, { path }) => void remove(draft, path),
  replace: (draft, { path, value }) => {
    remove(draft, path);
    add(draft, path, structuredClone(needed(value)));
  },
  move: (draft, { path, from }) => {
    if (isWithin(path, needed(from))) throw rejected();
    add(draft, path, remove(draft, needed(from)));
  },
  copy: (draft, { path, from }) => {
    add(draft, path, copyOf(draft, needed(from)));
  },
  test: ({ root }, { path, value }) => {
    if (!isSame(valueAt(root, path) ?? null, value ?? null)) throw rejected();
  },
};

function needed<T>(value: T | undefined): T {
  if (value === undefined) throw rejected();
  return value;
}

/** Whether a place lies inside another one. */
const isWithin = (path: readonly string[], from: readonly string[]): boolean =>
  path.length > from.length && from.every((part, i) => path[i] === part);

function copyOf(draft: Draft, from: readonly string[]): unknown {
  const value = needed(valueAt(draft.root, from));
  draft.copied += JSON.stringify(value).length;
  if (draft.copied > apiLimits.requestBytesMax) throw rejected();
  return structuredClone(value);
}

/** Undefined: there is nothing. */
function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const part of path) {
    if (Array.isArray(value)) value = value[placeIn(value.length, part)];
    else value = isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value;
}

function add(draft: Draft, path: readonly string[], value: unknown): void {
  const name = path.at(-1);
  if (name === undefined) {
    draft.root = value;
    return;
  }
  const holder = valueAt(draft.root, path.slice(0, -1));
  if (Array.isArray(holder)) {
    const place = name === "-" ? holder.length : placeIn(holder.length + 1, name);
    if (place > holder.length) throw rejected();
    holder.splice(place, 0, value);
  } else setMember(holder, name, value);
}

function setMember(holder: unknown, name: string, value: unknown): void {
  if (!isObject(holder) || name === "__proto__") throw rejected();
  (holder as Record<string, unknown>)[name] = value;
}

function remove(draft: Draft, path: readonly string[]): unknown {
  const name = path.at(-1);
  const value = needed(valueAt(draft.root, path));
  if (name === undefined) {
    draft.root = null;
    return value;
  }
  const holder = valueAt(draft.root, path.slice(0, -1));
  if (Array.isArray(holder)) holder.splice(placeIn(holder.length, name), 1);
  else if (isObject(holder)) Reflect.deleteProperty(holder, name);
  return value;
}

/** A place in a list of so many; past its end when there is none. */
function placeIn(length: number, part: string): number {
  if (!/^(0|-?[1-9]\d{0,9})$/.test(part)) throw rejected();
  const place = Number(part);
  const fromStart = place < 0 ? place + length : place;
  if (fromStart < 0) throw rejected();
  return fromStart;
}

/** Kubernetes tells no more than this. */
const rejected = (): Refusal =>
  new Refusal("invalid", "the server rejected our request due to an error in our request", {});

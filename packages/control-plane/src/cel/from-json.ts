/**
 * JSON as CEL values, and back.
 *
 * A schema decides what a number or a text is; without one a whole number is an int, any other a double. Property
 * names that are no CEL identifiers are escaped in structs, as Kubernetes documents it.
 */
import { failure } from "./errors.ts";
import { parseDuration, parseTimestamp, durationText, timestampText } from "./time.ts";
import { t, type CelType } from "./types.ts";
import {
  CelDuration,
  CelLazy,
  CelOpaque,
  CelOptional,
  CelTimestamp,
  CelTypeName,
  CelUint,
  identified,
  isList,
  isMap,
  type CelKey,
  type CelValue,
} from "./values.ts";

export function fromJson(json: unknown, type: CelType = t.dyn): CelValue {
  if (json === null || json === undefined) return null;
  switch (typeof json) {
    case "string":
      return fromText(json, type);
    case "number":
      return fromNumber(json, type);
    case "boolean":
      return json;
    case "object":
      return Array.isArray(json) ? fromArray(json, type) : fromObject(json as JsonObject, type);
    default:
      throw failure(`unsupported value of type ${typeof json}`);
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

function fromText(text: string, { kind }: CelType): CelValue {
  switch (kind) {
    case "timestamp":
      return parseTimestamp(text) ?? parseTimestamp(`${text}T00:00:00Z`) ?? fail(`invalid date: ${text}`);
    case "duration":
      return parseDuration(text) ?? fail(`invalid duration: ${text}`);
    case "bytes":
      return new Uint8Array(Buffer.from(text, "base64"));
    default:
      return text;
  }
}

function fail(why: string): never {
  throw failure(why);
}

function fromNumber(value: number, { kind }: CelType): CelValue {
  if (kind === "double") return value;
  return Number.isInteger(value) ? BigInt(value) : value;
}

function fromArray(list: readonly unknown[], type: CelType): CelValue {
  const itemType = type.kind === "list" ? type.item : t.dyn;
  const items = list.map((item) => fromJson(item, itemType));
  return identified(items, type.kind === "list" ? type.identity : undefined);
}

function fromObject(object: JsonObject, type: CelType): CelValue {
  const map = new Map<CelKey, CelValue>();
  if (type.kind === "object") {
    for (const name of type.names()) {
      const field = type.field(name);
      if (field === undefined || !Object.hasOwn(object, field.json)) continue;
      const value = object[field.json];
      if (value !== undefined) map.set(name, fromJson(value, field.type));
    }
    return map;
  }
  const valueType = type.kind === "map" ? type.value : t.dyn;
  for (const [key, value] of Object.entries(object))
    if (value !== undefined) map.set(key, fromJson(value, valueType));
  return map;
}

/** A value as JSON, for answers and patches. Throws when it has no such form. */
export function toJson(value: CelValue): unknown {
  if (value === null || typeof value !== "object") return typeof value === "bigint" ? Number(value) : value;
  if (isList(value)) return value.map(toJson);
  if (isMap(value))
    return Object.fromEntries([...value].map(([key, item]) => [unescaped(String(key)), toJson(item)]));
  return leafToJson(value);
}

function leafToJson(value: object): unknown {
  if (value instanceof CelUint) return Number(value.value);
  if (value instanceof CelTimestamp) return timestampText(value);
  if (value instanceof CelDuration) return durationText(value);
  if (value instanceof CelOptional) return value.value === undefined ? null : toJson(value.value);
  if (value instanceof CelTypeName) return value.name;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof CelOpaque || value instanceof CelLazy)
    throw failure(`no such form in JSON: ${value.type}`);
  throw failure("no such form in JSON");
}

/** Words of CEL that are escaped where they name a field. */
const reserved = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);

const escapes: readonly (readonly [string, string])[] = [
  ["__", "__underscores__"],
  [".", "__dot__"],
  ["-", "__dash__"],
  ["/", "__slash__"],
];

/** The CEL name of a property, or undefined when it has none: then CEL cannot reach it. */
export function escapedName(name: string): string | undefined {
  if (reserved.has(name)) return `__${name}__`;
  if (!/^[A-Za-z_./-][A-Za-z0-9_./-]*$/.test(name)) return undefined;
  return name.replaceAll(/__|[./-]/g, (part) => escapes.find(([plain]) => plain === part)?.[1] ?? part);
}

function unescaped(name: string): string {
  const word = /^__(.+)__$/.exec(name)?.[1];
  if (word !== undefined && reserved.has(word)) return word;
  return name.replaceAll(
    /__(underscores|dot|dash|slash)__/g,
    (part) => escapes.find(([, escaped]) => escaped === part)?.[0] ?? part,
  );
}

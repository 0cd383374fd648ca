/**
 * Holds what a client sent against the schema of its kind.
 *
 * Wrong types are refused in the words of Go's decoder, which kubectl users know. Unknown fields are dropped and, as
 * asked, told of or refused. What comes out holds no null, no unknown field and only canonical quantities. Pure.
 */
import { canonicalQuantity } from "@kubus/shared/api/quantity.ts";
import { Refusal } from "@kubus/shared/errors/codes.ts";
import type { Kind, ReadFields } from "../kinds/kind.ts";
import { leafType, typeNamed, type FieldSchema, type TypeLookup, type TypeSchema } from "./schema.ts";

export type FieldValidation = "Ignore" | "Warn" | "Strict";

export interface Checked {
  readonly object: object;
  /** For people. Empty when they did not want to know. */
  readonly warnings: readonly string[];
}

export interface KindName {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly schema: string;
  readonly types?: TypeLookup;
  readonly readFields?: Kind["readFields"];
}

export interface Checking {
  /** What is wrong already, such as members that were said twice: warned of or refused as unknown fields are. */
  readonly problems?: readonly string[];
  /** Throws what a client is told whose object cannot be read. */
  readonly refuse?: (why: string) => never;
}

/** Headers carry the warnings: a body full of unknown fields must not fill them without end. */
const warningsMax = 50;

/** What a strict client is told at most; Kubernetes' own limit. */
const problemsMax = 100;

/** Rejects with `badRequest`, unless told otherwise. */
export function checkFields(
  kind: KindName,
  value: unknown,
  mode: FieldValidation,
  { problems: known = [], refuse = refusalOf(kind) }: Checking = {},
): Checked {
  const { object, problems: found } = kind.readFields?.(value, refuse) ?? readTyped(kind, value, refuse);
  const problems = [...known, ...found];
  if (mode === "Strict" && problems.length > 0)
    return refuse(`strict decoding error: ${problems.slice(0, problemsMax).join(", ")}`);
  return { object, warnings: mode === "Warn" ? problems.slice(0, warningsMax) : [] };
}

/** By types alone. */
export function readTyped(
  { schema, types = typeNamed }: Pick<KindName, "schema" | "types">,
  value: unknown,
  refuse: (why: string) => never,
): ReadFields {
  const unknown: string[] = [];
  const object = checkType(value, schema, { path: "", goPath: "", struct: "", unknown, refuse, types });
  return {
    object: object as object,
    problems: unknown.map((path) => `unknown field ${JSON.stringify(path)}`),
  };
}

const refusalOf =
  ({ kind, version }: KindName) =>
  (why: string): never => {
    throw new Refusal(
      "badRequest",
      `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`,
    );
  };

/** Where the walk stands. */
interface Walk {
  /** With list indices: `spec.containers[0].image`. */
  readonly path: string;
  /** As Go names it, without: `spec.containers.image`. */
  readonly goPath: string;
  /** The Go struct that holds the field. */
  readonly struct: string;
  readonly unknown: string[];
  readonly refuse: (why: string) => never;
  readonly types: TypeLookup;
}

function checkType(value: unknown, name: string, walk: Walk): unknown {
  const leaf = leafChecks[name];
  if (leaf !== undefined) return leaf(value, walk);
  const type = walk.types(name);
  if (type?.["x-kubernetes-preserve-unknown-fields"] === true && type.properties === undefined) return value;
  if (type?.properties === undefined) return walk.refuse(`no schema of ${name}`);
  if (!isObject(value)) return mismatch(value, `v1.${shortName(name)}`, walk);
  return checkMembers(value, type, { ...walk, struct: shortName(name) });
}

function checkMembers(value: object, type: TypeSchema, walk: Walk): object {
  const { properties = {} } = type;
  const isOpen = type["x-kubernetes-preserve-unknown-fields"] === true;
  const members = Object.entries(value).flatMap(([name, member]) => {
    const path = walk.path === "" ? name : `${walk.path}.${name}`;
    const field = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (field === undefined && isOpen) return [[name, member] as const];
    if (field === undefined) {
      walk.unknown.push(path);
      return [];
    }
    if (member === null || member === undefined) return [];
    const goPath = walk.goPath === "" ? name : `${walk.goPath}.${name}`;
    return [[name, checkField(member, field, { ...walk, path, goPath })] as const];
  });
  return Object.fromEntries(members);
}

function checkField(value: unknown, field: FieldSchema, walk: Walk): unknown {
  const { $ref, type, items, additionalProperties: values } = field;
  if ($ref !== undefined) return checkType(value, $ref, walk);
  if (type === "array" && items !== undefined) {
    if (!Array.isArray(value)) return mismatch(value, goType(field), walk);
    return value.map((item: unknown, i) => checkItem(item, items, { ...walk, path: `${walk.path}[${i}]` }));
  }
  if (values !== undefined) {
    if (!isObject(value)) return mismatch(value, goType(field), walk);
    const entries = Object.entries(value).map(([key, item]) => [
      key,
      checkItem(item, values, { ...walk, path: `${walk.path}.${key}` }),
    ]);
    return Object.fromEntries(entries) as object;
  }
  return checkScalar(value, field, walk);
}

/** In a list or a map, null stands for the empty value of the type. */
function checkItem(value: unknown, schema: FieldSchema, walk: Walk): unknown {
  if (value !== null) return checkField(value, schema, walk);
  if (schema.type === "string") return "";
  if (schema.type === "integer" || schema.type === "number") return 0;
  if (schema.type === "boolean") return false;
  return checkField(
    schema.type === "array" ? [] : schema.$ref === leafType.quantity ? "0" : {},
    schema,
    walk,
  );
}

function checkScalar(value: unknown, schema: FieldSchema, walk: Walk): unknown {
  const { type, format = "" } = schema;
  switch (type) {
    case "string":
      if (typeof value !== "string") return mismatch(value, "string", walk);
      return format === "byte" ? checkBase64(value, walk) : value;
    case "boolean":
      return typeof value === "boolean" ? value : mismatch(value, "bool", walk);
    case "integer":
      return typeof value === "number" && isInRange(value, format)
        ? value
        : mismatch(value, format || "int64", walk);
    case "number":
      return typeof value === "number" ? value : mismatch(value, "float64", walk);
    default:
      return value;
  }
}

const int32Max = 2 ** 31 - 1;

const isInRange = (value: number, format: string): boolean =>
  Number.isInteger(value) && (format !== "int32" || (value <= int32Max && value >= -int32Max - 1));

function checkBase64(value: string, walk: Walk): string {
  const text = value.replace(/[\r\n]/g, "");
  const wrongAt = text.search(/[^A-Za-z0-9+/=]|=(?!=?$)/);
  if (wrongAt >= 0 || text.length % 4 !== 0) {
    return walk.refuse(
      `illegal base64 data at input byte ${wrongAt >= 0 ? wrongAt : text.length - (text.length % 4)}`,
    );
  }
  return text;
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function checkTime(value: unknown, walk: Walk): unknown {
  if (typeof value !== "string") return mismatch(value, "string", walk);
  if (rfc3339.test(value) && !Number.isNaN(Date.parse(value))) return value;
  const layout = "2006-01-02T15:04:05Z07:00";
  return walk.refuse(
    `parsing time ${JSON.stringify(value)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(value)} as a time`,
  );
}

const leafChecks: Readonly<Record<string, (value: unknown, walk: Walk) => unknown>> = {
  [leafType.quantity]: (value, walk) => {
    if (typeof value !== "string" && typeof value !== "number")
      return mismatch(value, "resource.Quantity", walk);
    const canonical = canonicalQuantity(value);
    return (
      canonical ??
      walk.refuse(
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      )
    );
  },
  [leafType.intOrString]: (value, walk) =>
    typeof value === "string" || (typeof value === "number" && isInRange(value, "int32"))
      ? value
      : mismatch(value, "intstr.IntOrString", walk),
  [leafType.time]: checkTime,
  [leafType.microTime]: checkTime,
  [leafType.rawExtension]: (value) => value,
  [leafType.fieldsV1]: (value) => value,
};

function mismatch(value: unknown, wanted: string, { goPath, struct, refuse }: Walk): never {
  const given = typeof value === "number" && /^u?int/.test(wanted) ? `number ${value}` : jsonType(value);
  const place = goPath === "" ? "Go value" : `Go struct field ${struct}.${goPath}`;
  return refuse(`json: cannot unmarshal ${given} into ${place} of type ${wanted}`);
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : value === null ? "null" : typeof value;
}

/** The type as Go would print it. */
function goType({ $ref, type, format, items, additionalProperties }: FieldSchema): string {
  if ($ref !== undefined) return `v1.${shortName($ref)}`;
  if (items !== undefined) return `[]${goType(items)}`;
  if (additionalProperties !== undefined) return `map[string]${goType(additionalProperties)}`;
  if (type === "integer") return format ?? "int64";
  return type === "boolean" ? "bool" : (type ?? "interface {}");
}

const shortName = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

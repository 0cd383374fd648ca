/**
 * What a client sent of a custom object: metadata is checked by its type, the rest is pruned by the schema.
 *
 * Values of wrong types are not refused here: the schema's own validation says what is wrong with them.
 */
import type { JsonSchema } from "@kubus/shared/api/apiextensions.ts";
import type { ReadFields } from "../kinds/kind.ts";
import { readTyped } from "../schema/strict.ts";
import { typeNamed, type TypeLookup } from "../schema/schema.ts";
import { prune } from "./prune.ts";
import { childPath, isEmbedded, isObject, memberOf, type JsonObject } from "./schema.ts";

type Refuse = (why: string) => never;

/** What every object has; anything else may stand beside it. */
const envelopeName = "Envelope";
const envelopeTypes: TypeLookup = (name) => (name === envelopeName ? envelope : typeNamed(name));
const envelope = {
  type: "object",
  properties: {
    apiVersion: { type: "string" },
    kind: { type: "string" },
    metadata: { $ref: "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" },
  },
  "x-kubernetes-preserve-unknown-fields": true,
} as const;

export function readCustomFields(value: unknown, schema: JsonSchema, refuse: Refuse): ReadFields {
  const read = readTyped({ schema: envelopeName, types: envelopeTypes }, value, refuse);
  const pruned = prune(read.object, schema);
  const problems = pruned.unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
  const inside: string[] = [];
  const object = readEmbedded(pruned.value, { ...schema, "x-kubernetes-embedded-resource": false }, "", {
    refuse,
    problems: inside,
  });
  return { object: object as object, problems: [...read.problems, ...problems, ...inside] };
}

interface Reading {
  readonly refuse: Refuse;
  readonly problems: string[];
}

/** Objects inside of the object have metadata, too. */
function readEmbedded(value: unknown, schema: JsonSchema, path: string, reading: Reading): unknown {
  if (!isConcerned(schema)) return value;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    return value.map((item: unknown, at) => readEmbedded(item, items, `${path}[${at}]`, reading));
  }
  if (!isObject(value)) return value;
  const own = isEmbedded(schema) ? readResource(value, path, reading) : value;
  return Object.fromEntries(
    Object.entries(own).map(([name, member]) => {
      const inner = memberOf(schema, name);
      const place = childPath(path, name);
      return [name, inner === undefined ? member : readEmbedded(member, inner, place, reading)];
    }),
  );
}

function readResource(value: JsonObject, path: string, { refuse, problems }: Reading): JsonObject {
  if (value["metadata"] === undefined) return value;
  const { metadata } = value;
  const read = readTyped({ schema: envelopeName, types: envelopeTypes }, { metadata }, refuse);
  problems.push(...read.problems.map((problem) => problem.replace('"metadata', `"${path}.metadata`)));
  return { ...value, ...read.object };
}

const concerned = new WeakMap<JsonSchema, boolean>();

/** Whether there may be objects inside of what a schema describes. */
function isConcerned(schema: JsonSchema): boolean {
  const known = concerned.get(schema);
  if (known !== undefined) return known;
  const { additionalProperties: values, items, properties = {} } = schema;
  const parts = [
    ...Object.values(properties),
    ...(items === undefined ? [] : [items]),
    ...(typeof values === "object" ? [values] : []),
  ];
  const answer = isEmbedded(schema) || parts.some(isConcerned);
  concerned.set(schema, answer);
  return answer;
}

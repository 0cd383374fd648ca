/**
 * Reads Kubernetes' types out of the models of @kubernetes/client-node. For the generator only.
 *
 * The classes tell names, types and formats; their declarations tell what is required and what it means; the table of
 * protobuf fields tells which texts are quantities, and in which group a type is.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { atomicTypes, fieldRules, granularTypes, type FieldRules } from "./merge-rules.ts";
import { leafType, refsIn, type FieldSchema, type TypeSchema } from "./schema.ts";
import { unmodelledTypes } from "./unmodelled.ts";

type MessageFields = Readonly<Record<string, Readonly<Record<string, readonly [number, string, string?]>>>>;

const messages = JSON.parse(
  readFileSync(new URL("../protobuf/fields.json", import.meta.url), "utf8"),
) as MessageFields;

const models = path.join(
  path.dirname(createRequire(import.meta.url).resolve("@kubernetes/client-node/package.json")),
  "dist/gen/models",
);

const meta = "io.k8s.apimachinery.pkg.apis.meta";
const packages: Readonly<Record<string, string>> = {
  meta,
  apiextensions: "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions",
  apiregistration: "io.k8s.kube-aggregator.pkg.apis.apiregistration",
  metrics: "io.k8s.metrics.pkg.apis.metrics",
};

/** `core.v1.PodSpec` → `io.k8s.api.core.v1.PodSpec`. */
function schemaName(message: string): string {
  const [group = "", ...rest] = message.split(".");
  return [packages[group] ?? `io.k8s.api.${group}`, ...rest].join(".");
}

const messageOfSchema = new Map(Object.keys(messages).map((message) => [schemaName(message), message]));

/** `V1PodSpec`, `CoreV1Event` → `core.v1.PodSpec`, `core.v1.Event`. */
function messageOfClass(className: string): string {
  const match = /^([A-Z][a-z]+)?V(\d+(?:(?:alpha|beta)\d+)?)([A-Z].*)$/.exec(className);
  const [, prefix, version = "", short = ""] = match ?? [];
  const suffix = `.v${version}.${short}`;
  const candidates = Object.keys(messages).filter((message) => message.endsWith(suffix));
  const wanted =
    prefix === undefined
      ? candidates
      : candidates.filter((name) => name === `${prefix.toLowerCase()}${suffix}`);
  // A name without a group that several groups have is the one that all of them share.
  const found = wanted.length === 1 ? wanted[0] : wanted.find((name) => name.startsWith("meta."));
  if (found === undefined) throw new Error(`${className}: ${wanted.length} messages of that name`);
  return found;
}

/** The class of a message: with its group in front where two groups have one of that name. */
function classOfMessage(message: string): string {
  const [group = "", version = "", short = ""] = message.split(".");
  const plain = `${version.toUpperCase().charAt(0)}${version.slice(1)}${short}`;
  const prefixed = `${group.charAt(0).toUpperCase()}${group.slice(1)}${plain}`;
  return existsSync(path.join(models, `${prefixed}.js`)) ? prefixed : plain;
}

const leaves: Readonly<Record<string, TypeSchema>> = {
  [leafType.quantity]: { oneOf: [{ type: "string" }, { type: "number" }] },
  [leafType.intOrString]: { format: "int-or-string", oneOf: [{ type: "integer" }, { type: "string" }] },
  [leafType.time]: { type: "string", format: "date-time" },
  [leafType.microTime]: { type: "string", format: "date-time" },
  [leafType.rawExtension]: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  [leafType.fieldsV1]: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
};

/** Types that the models spell in their own way. */
const named: Readonly<Record<string, FieldSchema>> = {
  IntOrString: { $ref: leafType.intOrString },
  Date: { $ref: leafType.time },
  V1MicroTime: { $ref: leafType.microTime },
  string: { type: "string" },
  boolean: { type: "boolean" },
  object: { $ref: leafType.rawExtension },
};

const wireLeaves: Readonly<Record<string, string>> = {
  "api.resource.Quantity": leafType.quantity,
  "meta.v1.FieldsV1": leafType.fieldsV1,
  "runtime.RawExtension": leafType.rawExtension,
};

/** Every type of the wire that has a model, and those that are written by hand. */
export const wireTypes = (): readonly string[] => [
  ...Object.keys(messages)
    .filter((message) => existsSync(path.join(models, `${classOfMessage(message)}.js`)))
    .map(schemaName),
  ...Object.keys(unmodelledTypes),
];

interface Attribute {
  readonly baseName: string;
  readonly type: string;
  readonly format: string;
}

/** All types that `roots` are made of, and what they mean. */
export function collectTypes(roots: readonly string[]) {
  const types = new Map<string, TypeSchema>();
  const descriptions = new Map<string, object>();
  const pending = [...roots];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (types.has(name)) continue;
    const leaf = leaves[name];
    if (leaf !== undefined) {
      types.set(name, leaf);
      continue;
    }
    const { schema, description } = unmodelledTypes[name] ?? readType(name);
    types.set(name, schema);
    descriptions.set(name, description);
    pending.push(...Object.values(schema.properties ?? {}).flatMap(refsIn));
  }
  return { types: sorted(types), descriptions: sorted(descriptions) };
}

function readType(name: string) {
  const message = messageOfSchema.get(name);
  if (message === undefined) throw new Error(`${name}: no such type`);
  const file = path.join(models, classOfMessage(message));
  const { about, fields } = readDeclaration(readFileSync(`${file}.d.ts`, "utf8"));
  const short = message.split(".").at(-1) ?? "";
  const properties = readAttributes(readFileSync(`${file}.js`, "utf8")).map(({ baseName, type, format }) => {
    const onWire = messages[message]?.[baseName]?.[1] ?? "";
    const schema = fieldOf(type, format, onWire);
    return [baseName, { ...schema, ...extensionsOf(fieldRules[short]?.[baseName] ?? {}) }] as const;
  });
  const required = properties.map(([field]) => field).filter((field) => fields.get(field)?.required === true);
  const schema: TypeSchema = {
    type: "object",
    properties: Object.fromEntries(properties),
    ...(required.length === 0 ? {} : { required }),
    ...(atomicTypes.has(short) && !granularTypes.has(message) ? { "x-kubernetes-map-type": "atomic" } : {}),
  };
  const texts = properties.map(([field]) => [field, fields.get(field)?.text ?? ""] as const);
  return {
    schema,
    description: { about, fields: Object.fromEntries(texts.filter(([, text]) => text !== "")) },
  };
}

function readAttributes(source: string): readonly Attribute[] {
  const start = source.indexOf("attributeTypeMap = [");
  const list = source.slice(source.indexOf("[", start), source.indexOf("];", start) + 1);
  return JSON.parse(list) as readonly Attribute[];
}

function readDeclaration(source: string) {
  const about = /\/\*\*\n\* ([\s\S]*?)\n\*\/\nexport declare class/.exec(source)?.[1] ?? "";
  const pattern =
    /(?: {4}\/\*\*\n {4}\* ([^\n]*(?:\n(?! {4}\*\/)[^\n]*)*)\n {4}\*\/\n)? {4}'([^']+)'(\?)?: /g;
  const fields = [...source.matchAll(pattern)].map(
    ([, text = "", name = "", optional]) =>
      [name, { text: unescaped(text), required: optional === undefined }] as const,
  );
  return { about: unescaped(about), fields: new Map(fields) };
}

const unescaped = (text: string): string => text.replace(/\\(['"])/g, "$1");

/** `onWire`: the type in the table of protobuf fields, which knows quantities and free-form JSON. */
function fieldOf(type: string, format: string, onWire: string): FieldSchema {
  const inList = /^Array<(.*)>$/.exec(type)?.[1];
  if (inList !== undefined) return { type: "array", items: fieldOf(inList, format, onWire) };
  const inMap = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  if (inMap !== undefined) {
    return {
      type: "object",
      additionalProperties: fieldOf(inMap, format, /^map<string,(.*)>$/.exec(onWire)?.[1] ?? ""),
    };
  }
  const leaf = wireLeaves[onWire];
  if (leaf !== undefined) return { $ref: leaf };
  if (type === "any") return { $ref: leafType.rawExtension };
  if (type === "number")
    return { type: format.startsWith("int") ? "integer" : "number", ...(format === "" ? {} : { format }) };
  const known = named[type];
  if (known !== undefined) return type === "string" && format !== "" ? { ...known, format } : known;
  return { $ref: schemaName(messageOfClass(type)) };
}

function extensionsOf({
  patchStrategy,
  patchMergeKey,
  listType,
  listMapKeys,
  mapType,
  default: standard,
}: FieldRules): FieldSchema {
  return {
    ...(patchStrategy === undefined ? {} : { "x-kubernetes-patch-strategy": patchStrategy }),
    ...(patchMergeKey === undefined ? {} : { "x-kubernetes-patch-merge-key": patchMergeKey }),
    ...(listType === undefined ? {} : { "x-kubernetes-list-type": listType }),
    ...(listMapKeys === undefined ? {} : { "x-kubernetes-list-map-keys": listMapKeys }),
    ...(mapType === undefined ? {} : { "x-kubernetes-map-type": mapType }),
    ...(standard === undefined ? {} : { default: standard }),
  };
}

const sorted = <T>(entries: ReadonlyMap<string, T>): Readonly<Record<string, T>> =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

/**
 * The OpenAPI v3 documents that clients read, one per group and version. Pure. The v2 document is made of them.
 *
 * `kubectl explain` reads types and their texts; `apply`, `create -f` and `edit` look for the parameter
 * `fieldValidation` of a PATCH and then leave all checks to the server.
 */
import { createHash } from "node:crypto";
import { customReferences } from "../apiextensions/open-api.ts";
import type { Kind, Verb } from "../kinds/kind.ts";
import { describedType, referencesOf } from "../schema/documented.ts";
import { verbsOf } from "./verbs/index.ts";

export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

export interface OpenApiDocument {
  /** JSON, UTF-8. */
  readonly body: Uint8Array;
  /** Changes with the body: part of the address, so that clients may keep it for ever. */
  readonly hash: string;
}

type Parts = Readonly<Record<string, unknown>>;

const encoder = new TextEncoder();

/** The document of one group and version. Building takes tens of milliseconds: keep it. */
export function openApiV3(
  kinds: readonly Kind[],
  { group, version, kubusVersion }: GroupVersion & { readonly kubusVersion: string },
): OpenApiDocument {
  const own = kinds.filter((kind) => kind.group === group && kind.version === version);
  const body = encoder.encode(
    JSON.stringify({
      openapi: "3.0.0",
      info: { title: "Kubernetes", version: `v1.33.0+kubus.${kubusVersion}` },
      paths: Object.fromEntries(own.flatMap(pathsOf)),
      components: { schemas: schemasOf(own) },
    }),
  );
  return { body, hash: createHash("sha256").update(body).digest("hex").slice(0, 32).toUpperCase() };
}

/** Every type that the kinds are made of; the kinds themselves carry their group, version and kind. */
function schemasOf(kinds: readonly Kind[]): Parts {
  const identities = new Map(
    kinds.flatMap(
      (kind) =>
        [
          [kind.schema, kind.kind],
          [`${kind.schema}List`, `${kind.kind}List`],
        ] as const,
    ),
  );
  const [{ group, version } = { group: "", version: "" }] = kinds;
  const custom = new Map(kinds.flatMap(({ components }) => Object.entries(components?.() ?? {})));
  const builtIn = [...identities.keys()].filter((name) => !custom.has(name));
  const others = custom.size === 0 ? [] : customReferences;
  const names = [...reachable([...builtIn, ...others, deleteOptions, status]), ...custom.keys()].sort();
  const schemas = names.map((name) => {
    const kind = identities.get(name);
    const identity =
      kind === undefined ? {} : { "x-kubernetes-group-version-kind": [{ group, version, kind }] };
    return [name, { ...(custom.get(name) ?? describedType(name)), ...identity }] as const;
  });
  return Object.fromEntries(schemas);
}

const deleteOptions = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions";
const status = "io.k8s.apimachinery.pkg.apis.meta.v1.Status";

function reachable(roots: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const pending = [...roots];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    pending.push(...referencesOf(name));
  }
  return [...seen].sort();
}

function pathsOf(kind: Kind): readonly (readonly [string, Parts])[] {
  const { group, version, scope, plural, subresources } = kind;
  const base = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const collection =
    scope === "Namespaced" ? `${base}/namespaces/{namespace}/${plural}` : `${base}/${plural}`;
  const inPath = [...(scope === "Namespaced" ? ["namespace"] : []), "name"].map(pathParameter);
  const item = offered(kind, itemOperations(kind));
  const list = offered(kind, { get: ["list", operation(kind, "list", `${kind.schema}List`)] });
  const inCollection = offered(kind, collectionOperations(kind));
  const paths: readonly (readonly [string, Parts, readonly object[]])[] = [
    ...(scope === "Namespaced" ? [[`${base}/${plural}`, list, []] as const] : []),
    [collection, inCollection, inPath.slice(0, -1)],
    [`${collection}/{name}`, item, inPath],
    ...subresources
      .filter((name) => name === "status")
      .map((name) => [`${collection}/{name}/${name}`, item, inPath] as const),
  ];
  return paths
    .filter(([, operations]) => Object.keys(operations).length > 0)
    .map(([path, operations, parameters]) => [path, { parameters, ...operations }] as const);
}

/** By HTTP method: the verb, and what the document says of it. */
type Operations = Readonly<Record<string, readonly [Verb, Parts]>>;

/** The operations whose verbs the kind has. */
function offered(kind: Kind, operations: Operations): Parts {
  const verbs = verbsOf(kind);
  const own = Object.entries(operations).filter(([, [verb]]) => verbs.includes(verb));
  return Object.fromEntries(own.map(([method, [, parts]]) => [method, parts]));
}

const collectionOperations = (kind: Kind): Operations => ({
  get: ["list", operation(kind, "list", `${kind.schema}List`)],
  post: [
    "create",
    {
      ...operation(kind, "post", kind.schema),
      parameters: writeParameters,
      ...requestBody(kind.schema, jsonTypes),
    },
  ],
  delete: ["deletecollection", operation(kind, "deletecollection", status)],
});

const itemOperations = (kind: Kind): Operations => ({
  get: ["get", operation(kind, "get", kind.schema)],
  put: [
    "update",
    {
      ...operation(kind, "put", kind.schema),
      parameters: writeParameters,
      ...requestBody(kind.schema, jsonTypes),
    },
  ],
  patch: [
    "patch",
    {
      ...operation(kind, "patch", kind.schema),
      parameters: patchParameters,
      ...requestBody(patchType, patchTypesOf(kind)),
    },
  ],
  delete: [
    "delete",
    {
      ...operation(kind, "delete", status),
      parameters: [queryParameter("dryRun")],
      ...requestBody(deleteOptions, jsonTypes),
    },
  ],
});

const jsonTypes = ["application/json"];
const patchTypes = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
];
const strategic = "application/strategic-merge-patch+json";
/** kubectl reads here how it may patch: the strategy of custom types is nobody's knowledge. */
const patchTypesOf = ({ components }: Kind): readonly string[] =>
  components === undefined ? patchTypes : patchTypes.filter((type) => type !== strategic);
/** Patches have no schema of their own. */
const patchType = undefined;

function operation({ group, version, kind }: Kind, action: string, answer: string): Parts {
  return {
    responses: { "200": { description: "OK", content: content(answer, jsonTypes) } },
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": { group, version, kind },
  };
}

const requestBody = (type: string | undefined, mediaTypes: readonly string[]): Parts => ({
  requestBody: { content: content(type, mediaTypes), required: true },
});

const content = (type: string | undefined, mediaTypes: readonly string[]): Parts =>
  Object.fromEntries(
    mediaTypes.map((mediaType) => [
      mediaType,
      { schema: type === undefined ? { type: "object" } : { $ref: `#/components/schemas/${type}` } },
    ]),
  );

const queryParameter = (name: string) => ({
  name,
  in: "query",
  schema: { type: "string", uniqueItems: true },
});
const pathParameter = (name: string) => ({ ...queryParameter(name), in: "path", required: true });
const writeParameters = ["dryRun", "fieldManager", "fieldValidation"].map(queryParameter);
const patchParameters = [
  ...writeParameters,
  { ...queryParameter("force"), schema: { type: "boolean", uniqueItems: true } },
];

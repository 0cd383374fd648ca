/**
 * The OpenAPI documents that kubectl reads: v3 per group and version, and the smallest v2 that old clients accept. Pure.
 *
 * `kubectl explain` reads types and their texts; `apply`, `create -f` and `edit` look for the parameter
 * `fieldValidation` of a PATCH and then leave all checks to the server.
 */
import { createHash } from "node:crypto";
import type { Kind } from "../kinds/kind.ts";
import { describedType, referencesOf } from "../schema/documented.ts";

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
  const names = reachable([...identities.keys(), deleteOptions, status]);
  const schemas = names.map((name) => {
    const kind = identities.get(name);
    const identity =
      kind === undefined ? {} : { "x-kubernetes-group-version-kind": [{ group, version, kind }] };
    return [name, { ...describedType(name), ...identity }] as const;
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
  const item = { parameters: inPath, ...itemOperations(kind) };
  return [
    ...(scope === "Namespaced"
      ? [[`${base}/${plural}`, { get: operation(kind, "list", `${kind.schema}List`) }] as const]
      : []),
    [
      collection,
      {
        parameters: inPath.slice(0, -1),
        get: operation(kind, "list", `${kind.schema}List`),
        post: {
          ...operation(kind, "post", kind.schema),
          parameters: writeParameters,
          ...requestBody(kind.schema, jsonTypes),
        },
        delete: operation(kind, "deletecollection", status),
      },
    ],
    [`${collection}/{name}`, item],
    ...subresources
      .filter((name) => name === "status")
      .map((name) => [`${collection}/{name}/${name}`, item] as const),
  ];
}

const itemOperations = (kind: Kind): Parts => ({
  get: operation(kind, "get", kind.schema),
  put: {
    ...operation(kind, "put", kind.schema),
    parameters: writeParameters,
    ...requestBody(kind.schema, jsonTypes),
  },
  patch: {
    ...operation(kind, "patch", kind.schema),
    parameters: patchParameters,
    ...requestBody(patchType, patchTypes),
  },
  delete: {
    ...operation(kind, "delete", status),
    parameters: [queryParameter("dryRun")],
    ...requestBody(deleteOptions, jsonTypes),
  },
});

const jsonTypes = ["application/json"];
const patchTypes = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
];
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

/**
 * The smallest OpenAPI v2 document (gnostic's protobuf): title, version, no paths, no definitions. With it, clients that
 * fall back to v2 say "no matches for kind" instead of giving up on validation.
 */
export function openApiV2(kubusVersion: string): Uint8Array {
  const text = (number: number, value: string) => field(number, encoder.encode(value));
  const info = [...text(1, "kubus"), ...text(2, kubusVersion)];
  return Uint8Array.from([...text(1, "2.0"), ...field(2, info), ...field(8, []), ...field(9, [])]);
}

/** A protobuf field of bytes; all of these are shorter than 128. */
const field = (number: number, bytes: Iterable<number>): readonly number[] => {
  const content = [...bytes];
  return [(number << 3) | 2, content.length, ...content];
};

/**
 * GET /openapi/v3 and /openapi/v2: documents are built when first asked for, and built anew when kinds come or go.
 *
 * Each has its hash: clients ask for what they know by `?hash=` or `If-None-Match`, and may keep it for ever.
 */
import { createHash } from "node:crypto";
import type { KindTable } from "../kinds/kind-table.ts";
import { groupsOf } from "./discovery.ts";
import { acceptedTypes, isJson, type MediaType } from "./media-type.ts";
import { openApiV3 } from "./openapi-document.ts";
import { openApiV2Document, type V2Document, type V3Document } from "./openapi-v2/document.ts";
import { encodeOpenApiV2 } from "./openapi-v2/wire.ts";
import type { ApiRequest, Headers, WholeResponse } from "./request.ts";
import { json } from "./respond.ts";

export interface OpenApi {
  /** As JSON or as protobuf, as the client accepts. */
  v2(request: ApiRequest): WholeResponse;
  v3Index(): WholeResponse;
  /** `path`: `api/v1`, `apis/apps/v1`. Undefined: no such group and version. */
  v3(path: string, request: ApiRequest): WholeResponse | undefined;
}

interface Document {
  readonly body: Uint8Array;
  readonly hash: string;
}

export function makeOpenApi(table: KindTable, version: string): OpenApi {
  const documents = new Map<string, Document>();
  const v2Documents = new Map<string, Document>();
  table.onChange(() => {
    documents.clear();
    v2Documents.clear();
  });
  const groupVersions = () =>
    new Map(
      [...groupsOf(table.served())].flatMap(([group, versions]) =>
        versions.map(
          (v) => [group === "" ? `api/${v}` : `apis/${group}/${v}`, { group, version: v }] as const,
        ),
      ),
    );
  const documentAt = (path: string): Document | undefined => {
    const kinds = table.served();
    const groupVersion = groupVersions().get(path);
    if (groupVersion === undefined) return undefined;
    const document = documents.get(path) ?? openApiV3(kinds, { ...groupVersion, kubusVersion: version });
    documents.set(path, document);
    return document;
  };
  const v2DocumentIn = ({ encode }: V2Format): Document => {
    const all = [...groupVersions().keys()].map((path) => documentAt(path)?.body ?? new Uint8Array());
    const v3 = all.map((body) => JSON.parse(new TextDecoder().decode(body)) as V3Document);
    const body = encode(openApiV2Document(v3, version));
    return { body, hash: createHash("sha256").update(body).digest("hex").slice(0, 32).toUpperCase() };
  };
  return {
    v2: (request) => {
      const format = v2FormatOf(request.headers["accept"]);
      const document = v2Documents.get(format.type) ?? v2DocumentIn(format);
      v2Documents.set(format.type, document);
      return documentAnswer(document, format.type, request);
    },
    v3Index: () => {
      const paths = [...groupVersions().keys()].map((path) => {
        const serverRelativeURL = `/openapi/v3/${path}?hash=${documentAt(path)?.hash ?? ""}`;
        return [path, { serverRelativeURL }] as const;
      });
      return json(200, { paths: Object.fromEntries(paths) });
    },
    v3: (path, request) => {
      const document = documentAt(path);
      return document === undefined ? undefined : documentAnswer(document, "application/json", request);
    },
  };
}

interface V2Format {
  readonly type: string;
  readonly encode: (document: V2Document) => Uint8Array;
}

const v2Json: V2Format = {
  type: "application/json",
  encode: (document) => new TextEncoder().encode(JSON.stringify(document)),
};

/** With a dot: Go's parser of media types refuses the form with "@" that clients ask for. */
const v2Protobuf: V2Format = {
  type: "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
  encode: encodeOpenApiV2,
};

const isProtobuf = ({ type }: MediaType) =>
  /^application\/com\.github\.proto-openapi\.spec\.v2[@.]v1\.0\+protobuf$/.test(type);

/** The first that the client names and that is spoken here. */
function v2FormatOf(accept: string | undefined): V2Format {
  const known = acceptedTypes(accept).find((type) => isProtobuf(type) || isJson(type));
  return known !== undefined && isProtobuf(known) ? v2Protobuf : v2Json;
}

function documentAnswer(
  { body, hash }: Document,
  contentType: string,
  { query, headers: asked }: ApiRequest,
): WholeResponse {
  const etag = `"${hash}"`;
  const headers: Headers = {
    "content-type": contentType,
    etag,
    vary: "accept",
    ...(query.get("hash") === hash ? { "cache-control": "public, immutable" } : {}),
  };
  const isKnown = asked["if-none-match"] === etag;
  return isKnown ? { status: 304, headers, body: new Uint8Array() } : { status: 200, headers, body };
}

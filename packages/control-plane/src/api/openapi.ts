/** GET /openapi/v3 and /openapi/v2: documents are built when first asked for and may be kept by clients for ever. */
import type { KindTable } from "../kinds/kind-table.ts";
import { groupsOf } from "./discovery.ts";
import { openApiV2, openApiV3 } from "./openapi-document.ts";
import type { Headers, WholeResponse } from "./request.ts";
import { json } from "./respond.ts";

export interface OpenApi {
  v2(): WholeResponse;
  v3Index(): WholeResponse;
  /** `path`: `api/v1`, `apis/apps/v1`. Undefined: no such group and version. */
  v3(path: string, hash: string | null): WholeResponse | undefined;
}

interface Document {
  readonly body: Uint8Array;
  readonly hash: string;
}

export function makeOpenApi(table: KindTable, version: string): OpenApi {
  const documents = new Map<string, Document>();
  table.onChange(() => documents.clear());
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
  return {
    v2: () => ({ status: 200, headers: { "content-type": v2Type }, body: openApiV2(version) }),
    v3Index: () => {
      const paths = [...groupVersions().keys()].map((path) => {
        const serverRelativeURL = `/openapi/v3/${path}?hash=${documentAt(path)?.hash ?? ""}`;
        return [path, { serverRelativeURL }] as const;
      });
      return json(200, { paths: Object.fromEntries(paths) });
    },
    v3: (path, hash) => {
      const document = documentAt(path);
      if (document === undefined) return undefined;
      const headers: Headers = {
        "content-type": "application/json",
        etag: `"${document.hash}"`,
        ...(hash === document.hash ? { "cache-control": "public, immutable" } : {}),
      };
      return { status: 200, headers, body: document.body };
    },
  };
}

/** With a dot: Go's parser of media types refuses the form with "@" that clients ask for. */
const v2Type = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

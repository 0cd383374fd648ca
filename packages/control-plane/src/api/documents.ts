/** Everything that is no resource: discovery, health, version, OpenAPI, metrics. Read only. */
import {
  aggregated,
  apiGroupList,
  apiGroupNamed,
  apiResourceList,
  apiVersions,
  groupsOf,
  type AggregatedVersion,
} from "./discovery.ts";
import { openIdConfiguration, publicKeySet } from "./authentication/openid.ts";
import type { Kind } from "../kinds/kind.ts";
import type { KindTable } from "../kinds/kind-table.ts";
import { healthAt, type Checks } from "./operation/health.ts";
import { acceptedTypes, isJson } from "./media-type.ts";
import type { OpenApi } from "./openapi.ts";
import type { ApiState } from "./ports.ts";
import type { ApiRequest, WholeResponse } from "./request.ts";
import { json, text } from "./respond.ts";
import { versionOf } from "./version.ts";

interface World extends ApiState {
  readonly openApi: OpenApi;
}

const healthPaths: readonly string[] = ["/healthz", "/livez", "/readyz"];

/** Whether a path answers everybody, whatever the roles say. */
export const isPublic = (path: string): boolean =>
  healthPaths.some((root) => path === root || path.startsWith(`${root}/`));

/** The rows that discovery tells of: all. Those that are hidden have no verbs there (see `discovery.ts`). */
const told = (kinds: KindTable): readonly Kind[] => kinds.served();

type Answer = WholeResponse | undefined | Promise<WholeResponse | undefined>;

/** The document at a path, or undefined when there is none. */
export function documentAt(world: World, request: ApiRequest): Answer {
  const path = request.path.length > 1 ? request.path.replace(/\/$/, "") : request.path;
  const fixed = documents[path];
  if (fixed !== undefined) return fixed(world, request);
  const [, root = "", ...rest] = path.split("/");
  if (root === "readyz") return healthAt(path, checksOf(world), request);
  if (root === "healthz" || root === "livez") return healthAt(path, alive, request);
  if (root === "api" && rest.length === 1)
    return found(apiResourceList(world.kinds.served(), { group: "", version: rest[0] ?? "" }));
  if (root === "apis" && rest.length === 1) return found(apiGroupNamed(world.kinds.served(), rest[0] ?? ""));
  if (root === "apis" && rest.length === 2)
    return found(apiResourceList(world.kinds.served(), { group: rest[0] ?? "", version: rest[1] ?? "" }));
  if (path.startsWith("/openapi/v3/")) return world.openApi.v3(path.slice("/openapi/v3/".length), request);
  return undefined;
}

type Document = (world: World, request: ApiRequest) => Answer;

const documents: Readonly<Record<string, Document>> = {
  "/": ({ kinds }) => json(200, { paths: pathsOf(kinds) }),
  "/version": ({ version }) => json(200, versionOf(version)),
  "/api": ({ kinds }, request) =>
    aggregatedIfAsked(request, (version) => aggregated(told(kinds), "core", version)) ??
    json(200, apiVersions(told(kinds), request.headers["host"] ?? "")),
  "/apis": ({ kinds }, request) =>
    aggregatedIfAsked(request, (version) => aggregated(told(kinds), "named", version)) ??
    json(200, apiGroupList(told(kinds))),
  "/openapi/v2": ({ openApi }, request) => openApi.v2(request),
  "/openapi/v3": ({ openApi }) => openApi.v3Index(),
  "/.well-known/openid-configuration": openIdConfiguration,
  "/openid/v1/jwks": publicKeySet,
  "/metrics": async ({ metrics }) => text(200, await metrics.text(), { "content-type": metrics.contentType }),
};

/** What this server needs to serve; that it answers at all is the first of them. */
const checksOf = ({ unready }: World): Checks => ({ ping: () => undefined, cache: unready });

/** Alive is who answers: a server that waits for its store must not be killed for it. */
const alive: Checks = { ping: () => undefined };

/** The answer's content type must be exactly this: clients look for it. */
function aggregatedIfAsked(
  { headers }: ApiRequest,
  documentOf: (version: AggregatedVersion) => object,
): WholeResponse | undefined {
  for (const mediaType of acceptedTypes(headers["accept"])) {
    const { g, v, as } = mediaType.parameters;
    if (!isJson(mediaType) || (as !== undefined && as !== "APIGroupDiscoveryList")) continue;
    if (as === undefined) return undefined;
    if (g === "apidiscovery.k8s.io" && (v === "v2" || v === "v2beta1"))
      return json(200, documentOf(v), {
        "content-type": `application/json;g=apidiscovery.k8s.io;v=${v};as=APIGroupDiscoveryList`,
      });
  }
  return undefined;
}

function pathsOf(kinds: World["kinds"]): readonly string[] {
  const groups = [...groupsOf(told(kinds))].flatMap(([group, versions]) =>
    group === ""
      ? ["/api", ...versions.map((version) => `/api/${version}`)]
      : [`/apis/${group}`, ...versions.map((version) => `/apis/${group}/${version}`)],
  );
  return [
    ...groups,
    ...healthPaths,
    ...Object.keys(documents).filter((path) => path !== "/" && path !== "/api"),
  ].sort();
}

const found = (value: object | undefined): WholeResponse | undefined =>
  value === undefined ? undefined : json(200, value);

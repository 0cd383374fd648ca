/** Which resource a path means, and which verb a method means on it. Derived from the table of kinds. Pure. */
import type { Kind, Verb } from "../kinds/kind.ts";
import type { KindTable } from "../kinds/kind-table.ts";
import { noSuchMethod } from "./refusals.ts";

export interface Route {
  /** The kind as it is stored: what verbs work on. */
  readonly kind: Kind;
  /** The row that the path named: what the client speaks. Mostly the same one. */
  readonly served: Kind;
  readonly namespace: string | undefined;
  /** Undefined: the collection. */
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** Of a proxy: what follows it in the path as it was sent, with its slash. */
  readonly rest?: string;
}

export type Router = (path: string) => Route | undefined;

export const makeRouter =
  (kinds: KindTable): Router =>
  (path) => {
    const { own, rest } = splitProxied(path);
    const [root, ...segments] = segmentsOf(own) ?? [];
    if (root === "api") return withRest(routeIn(kinds, "", segments), rest);
    if (root === "apis") return routeIn(kinds, segments[0] ?? "", segments.slice(1));
    return undefined;
  };

const proxyForm = /^(\/api\/v1\/(?:namespaces\/[^/]+\/(?:pods|services)|nodes)\/[^/]+\/proxy)(\/.*)?$/;

/** What lies behind a proxy is somebody else's path: it is not looked into. */
function splitProxied(path: string): { readonly own: string; readonly rest: string | undefined } {
  const [, own, rest = ""] = proxyForm.exec(path) ?? [];
  return own === undefined ? { own: path, rest: undefined } : { own, rest };
}

const withRest = (route: Route | undefined, rest: string | undefined): Route | undefined =>
  route === undefined || rest === undefined ? route : { ...route, rest };

/** Undefined when a segment is empty or not properly encoded. */
function segmentsOf(path: string): readonly string[] | undefined {
  try {
    const segments = path
      .replace(/^\/|\/$/g, "")
      .split("/")
      .map(decodeURIComponent);
    return segments.every((segment) => segment !== "" && !segment.includes("/")) ? segments : undefined;
  } catch {
    return undefined; // A malformed escape names nothing.
  }
}

function routeIn(
  kinds: KindTable,
  group: string,
  [version = "", ...rest]: readonly string[],
): Route | undefined {
  const find = (plural: string | undefined) => kinds.byResource(group, version, plural ?? "");
  const [first, second, third] = rest;
  // `namespaces/x/pods` is a list of pods, `namespaces/x/status` a part of the namespace itself.
  if (first === "namespaces" && third !== undefined) {
    const kind = find(third);
    if (kind?.scope === "Namespaced") return routeTo(kind, second, rest.slice(3));
    if (group !== "") return undefined;
  }
  const kind = find(first);
  return kind === undefined ? undefined : routeTo(kind, undefined, rest.slice(1));
}

function routeTo(served: Kind, namespace: string | undefined, rest: readonly string[]): Route | undefined {
  const [name, subresource, ...more] = rest;
  if (more.length > 0) return undefined;
  // One object of a namespaced kind is named only within its namespace.
  if (served.scope === "Namespaced" && namespace === undefined && name !== undefined) return undefined;
  return { kind: served.storedAs?.kind ?? served, served, namespace, name, subresource };
}

/** The verb, as authorization and metrics know it. */
export function verbOf(method: string, { name }: Pick<Route, "name">, isWatch: boolean): Verb {
  const isOne = name !== undefined;
  if (method === "GET" || method === "HEAD") return isWatch && !isOne ? "watch" : isOne ? "get" : "list";
  if (method === "POST") return "create";
  if (method === "PUT" && isOne) return "update";
  if (method === "PATCH" && isOne) return "patch";
  if (method === "DELETE") return isOne ? "delete" : "deletecollection";
  throw noSuchMethod();
}

/**
 * Lists that are read in pages: all pages show one revision, that of the first.
 *
 * A page's token says which revision that was and after which object to go on, so any server can give the next page,
 * and none has to keep anything. Pure.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { badRequest } from "./refusals.ts";

export interface Page {
  readonly resourceVersion: string;
  readonly objects: readonly KubeObject[];
  /** Present when there is more. */
  readonly continueToken?: string;
  readonly remaining?: number;
}

/** Where a page begins. */
export interface Continuation {
  readonly resourceVersion: string;
  /** The last object of the page before. */
  readonly after: { readonly namespace: string; readonly name: string };
}

/** A list as it is to be read: sorted by namespace and name. */
export interface Listing {
  readonly resourceVersion: string;
  readonly objects: readonly KubeObject[];
  readonly after?: Continuation["after"] | undefined;
  /** 0: all that is left. */
  readonly limit: number;
}

export function pageOf({ resourceVersion, objects, after, limit }: Listing): Page {
  const rest = after === undefined ? objects : objects.filter((object) => isBehind(object, after));
  if (limit <= 0 || rest.length <= limit) return { resourceVersion, objects: rest };
  const page = rest.slice(0, limit);
  const { namespace = "", name = "" } = page.at(-1)?.metadata ?? {};
  return {
    resourceVersion,
    objects: page,
    continueToken: formatToken({ resourceVersion, after: { namespace, name } }),
    remaining: rest.length - page.length,
  };
}

function isBehind({ metadata }: KubeObject, after: Continuation["after"]): boolean {
  const namespace = metadata.namespace ?? "";
  if (namespace !== after.namespace) return namespace > after.namespace;
  return metadata.name > after.name;
}

const formatToken = ({ resourceVersion, after }: Continuation): string =>
  Buffer.from(JSON.stringify([resourceVersion, after.namespace, after.name])).toString("base64url");

/** Refuses with 400 what no server gave out. */
export function parseToken(token: string): Continuation {
  const parts = partsOf(token);
  const [resourceVersion, namespace, name] = parts;
  const isWhole = resourceVersion !== undefined && namespace !== undefined && name !== undefined;
  if (!isWhole || parts.length !== 3 || !parts.every((part) => typeof part === "string"))
    throw badRequest("continue key is not valid");
  return { resourceVersion, after: { namespace, name } };
}

function partsOf(token: string): readonly string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    return Array.isArray(parts) ? (parts as readonly string[]) : [];
  } catch {
    return []; // Not ours: the caller says so.
  }
}

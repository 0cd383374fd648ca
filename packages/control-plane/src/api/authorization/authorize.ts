/**
 * Who may ask for what: `system:masters` everything, boards what the Node authorizer grants, everyone else nothing yet.
 *
 * Pure but for looking into the cache.
 */
import { Refusal } from "@kubus/shared/errors/codes.ts";
import type { Cache } from "../../cache/cache.ts";
import type { Kind, Verb } from "../../kinds/kind.ts";
import type { KindTable } from "../../kinds/kind-table.ts";
import { forbidden } from "../refusals.ts";
import type { User } from "../request.ts";
import { authorizeNode } from "./node-authorizer.ts";
import { nodeOfUser } from "./node-user.ts";

export interface Attributes {
  readonly verb: Verb;
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** As asked for in the query. */
  readonly fieldSelector: string | undefined;
}

export interface AuthorizationWorld {
  readonly cache: Cache;
  readonly kinds: KindTable;
}

export const masters = "system:masters";

/** Throws a refusal in Kubernetes' words when the user may not. */
export function authorize(user: User, attributes: Attributes, world: AuthorizationWorld): void {
  if (user.groups.includes(masters)) return;
  const node = nodeOfUser(user);
  const reason = node === undefined ? "" : authorizeNode(node, attributes, world);
  if (reason !== undefined) throw denied(user, attributes, reason);
}

/** Paths that are no resources: discovery and documents are for everyone who is known. */
export function authorizePath(user: User, method: string, path: string): void {
  const isDocument = ["/api", "/apis", "/openapi", "/version", "/healthz", "/livez", "/readyz"].some(
    (root) => path === root || path.startsWith(`${root}/`),
  );
  if (user.groups.includes(masters) || path === "/" || (isDocument && method === "GET")) return;
  throw new Refusal(
    "forbidden",
    `forbidden: User "${user.name}" cannot ${method.toLowerCase()} path "${path}"`,
    {},
  );
}

function denied({ name: userName }: User, attributes: Attributes, reason: string): Refusal {
  const { verb, kind, namespace, name = "", subresource } = attributes;
  const resource = subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`;
  const where = namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const sentence = `User "${userName}" cannot ${verb} resource "${resource}" in API group "${kind.group}" ${where}`;
  return forbidden(kind, name, reason === "" ? sentence : `${sentence}: ${reason}`);
}

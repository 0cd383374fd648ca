/**
 * What roles and bindings in the cache grant to whom.
 *
 * Bindings are indexed by subject, so a check looks only at those of the user and their groups. The index of a place
 * is dropped when a binding in it changes, and made anew by the next question.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { PolicyRule, Role, RoleBinding, RoleRef, Subject } from "@kubus/shared/api/rbac.ts";
import type { Cache } from "../../cache/cache.ts";
import type { Kind } from "../../kinds/kind.ts";
import type { KindTable } from "../../kinds/kind-table.ts";
import type { User } from "../request.ts";
import { serviceAccountUser } from "./service-account-user.ts";

/** One binding that gives a user a role. */
export interface Grant {
  readonly rules: readonly PolicyRule[];
  /** The role that the binding names is not there. */
  readonly error?: string;
  /** Made when asked for: `RBAC: allowed by ClusterRoleBinding "a" of ClusterRole "b" to User "c"`. */
  readonly why: () => string;
}

export interface RoleBindings {
  /** Everything granted to the user everywhere, then what is granted in the namespace. */
  grantsOf(user: User, namespace: string | undefined): Iterable<Grant>;
  /** The rules of a role as a binding in `namespace` means it; undefined when it does not exist. */
  readonly rulesOf: (roleRef: RoleRef, namespace: string | undefined) => readonly PolicyRule[] | undefined;
}

interface Bound {
  readonly binding: RoleBinding;
  readonly subject: Subject;
}

/** Bindings of one namespace, or of the cluster, by subject. */
type Index = ReadonlyMap<string, readonly Bound[]>;

const cluster = "";

export function makeRoleBindings({
  cache,
  kinds,
}: {
  readonly cache: Cache;
  readonly kinds: KindTable;
}): RoleBindings {
  const kindNamed = (name: string) => kinds.byType("rbac.authorization.k8s.io/v1", name);
  const bindingKinds = [kindNamed("RoleBinding"), kindNamed("ClusterRoleBinding")];
  const [roleBindings, clusterRoleBindings] = bindingKinds;
  const indexes = new Map<string, Index>();
  cache.onEvent(({ kind, object }) => {
    if (bindingKinds.includes(kind)) indexes.delete(object.metadata.namespace ?? cluster);
  });

  const indexOf = (place: string): Index => {
    const known = indexes.get(place);
    if (known !== undefined) return known;
    const made = indexed(
      place === cluster ? all(cache, clusterRoleBindings) : all(cache, roleBindings, place),
    );
    indexes.set(place, made);
    return made;
  };

  const rulesOf = ({ kind: kindName, name }: RoleRef, namespace: string | undefined) => {
    const kind = kindNamed(kindName);
    const role =
      kind === undefined ? undefined : cache.get(kind, kindName === "Role" ? namespace : undefined, name);
    return role === undefined ? undefined : ((role as Role).rules ?? []);
  };

  function* grantsIn(place: string, user: User): Iterable<Grant> {
    const index = indexOf(place);
    if (index.size === 0) return;
    const seen = new Set<RoleBinding>();
    for (const key of keysOf(user))
      for (const bound of index.get(key) ?? []) {
        // A binding counts once, however many of its subjects are this user.
        if (seen.has(bound.binding)) continue;
        seen.add(bound.binding);
        yield grantOf(bound, rulesOf(bound.binding.roleRef, place));
      }
  }

  return {
    rulesOf,
    *grantsOf(user, namespace = cluster) {
      yield* grantsIn(cluster, user);
      if (namespace !== cluster) yield* grantsIn(namespace, user);
    },
  };
}

const all = (cache: Cache, kind: Kind | undefined, namespace?: string): readonly KubeObject[] =>
  kind === undefined ? [] : cache.list(kind, namespace);

function indexed(bindings: readonly KubeObject[]): Index {
  const index = new Map<string, Bound[]>();
  for (const binding of bindings as readonly RoleBinding[])
    for (const subject of binding.subjects ?? []) {
      const key = keyOf(subject, binding.metadata.namespace);
      const known = index.get(key);
      if (known === undefined) index.set(key, [{ binding, subject }]);
      else known.push({ binding, subject });
    }
  return index;
}

/** A service account is the user that stands for it. */
function keyOf({ kind, name, namespace }: Subject, place: string | undefined): string {
  return kind === "Group"
    ? groupKey(name)
    : userKey(kind === "User" ? name : serviceAccountUser(namespace || (place ?? ""), name));
}

const groupKey = (name: string): string => `group ${name}`;
const userKey = (name: string): string => `user ${name}`;
const keysOf = ({ name, groups }: User): readonly string[] => [userKey(name), ...groups.map(groupKey)];

function grantOf({ binding, subject }: Bound, rules: readonly PolicyRule[] | undefined): Grant {
  const { roleRef, metadata } = binding;
  const missing = `${roleRef.kind.toLowerCase()}.${roleRef.apiGroup} "${roleRef.name}" not found`;
  return {
    rules: rules ?? [],
    ...(rules === undefined ? { error: missing } : {}),
    why: () => {
      const { namespace } = metadata;
      const place = namespace === undefined ? metadata.name : `${metadata.name}/${namespace}`;
      const { kind, name } = subject;
      const whom = kind === "ServiceAccount" ? `${name}/${subject.namespace || (namespace ?? "")}` : name;
      return `RBAC: allowed by ${binding.kind} "${place}" of ${roleRef.kind} "${roleRef.name}" to ${kind} "${whom}"`;
    },
  };
}

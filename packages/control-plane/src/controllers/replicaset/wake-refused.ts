/**
 * Whom a quota wakes: the replica sets of its namespace that were refused something. They would try again by
 * themselves, but the pauses grow, and who lifts a quota looks at once.
 */
import type { ResourceQuota } from "@kubus/shared/api/core.ts";
import { keyOf, type KubeObject } from "@kubus/shared/api/meta.ts";
import type { ReplicationController } from "@kubus/shared/api/workload.ts";
import { isSame } from "../../api/same.ts";
import type { Cache, CacheEvent, CacheIndex } from "../../cache/cache.ts";
import type { Kind } from "../../kinds/kind.ts";
import { replicaFailure } from "./status.ts";

/** What kinds with `ReplicaFailure` have in common. */
type Refusable = Pick<ReplicationController, "apiVersion" | "kind" | "metadata" | "status">;

export const wakeRefused = <T extends Refusable>(ownerKind: Kind<T>) => {
  const refusedIn: CacheIndex<T> = {
    kind: ownerKind,
    valuesOf: ({ metadata, status }) =>
      status?.conditions?.some(({ type }) => type === replicaFailure) === true
        ? [metadata.namespace ?? ""]
        : [],
  };
  return (event: CacheEvent, cache: Cache): readonly string[] =>
    hasNewLimits(event) ? cache.indexed(refusedIn, event.object.metadata.namespace ?? "").map(keyOf) : [];
};

/** What is used changes all the time, also by those who are refused. */
const hasNewLimits = ({ type, object, previous }: CacheEvent): boolean =>
  type === "DELETED" || (type === "MODIFIED" && !isSame(limitsOf(object), limitsOf(previous)));

const limitsOf = (quota: KubeObject | undefined) => (quota as ResourceQuota | undefined)?.status?.hard;

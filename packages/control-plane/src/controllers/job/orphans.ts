/**
 * Pods that a job held and that no job will ever count: theirs is gone, or let go of them. Nothing else would remove
 * their finalizer, and they would stay for ever.
 */
import { controllerOf, keyOf } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import { jobKind, podKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { nothing } from "../engine/plan.ts";
import { splitKey } from "../workload/wake.ts";
import { isTracked } from "./pods.ts";
import { release } from "./reconcile.ts";

interface OrphanView {
  /** A pod that is held in the name of no job, if it is. */
  readonly orphan: Pod | undefined;
}

export const jobOrphanController = defineController<OrphanView>({
  name: "job-orphan",
  guarantee: "No pod stays because of a job that is gone.",
  watches: [
    { kind: podKind, wakes: ({ object }, cache) => (isOrphan(object as Pod, cache) ? [keyOf(object)] : []) },
    { kind: jobKind, wakes: wakePodsOf },
  ],
  observe: (key, { cache }) => {
    const { namespace, name } = splitKey(key);
    const pod = cache.get(podKind, namespace, name);
    return { orphan: pod !== undefined && isOrphan(pod, cache) ? pod : undefined };
  },
  reconcile: ({ orphan }) => (orphan === undefined ? nothing : { effects: [release(orphan)] }),
  isGone: () => true,
});

function isOrphan(pod: Pod, cache: Cache): boolean {
  if (!isTracked(pod)) return false;
  const owner = controllerOf(pod);
  if (owner === undefined) return true;
  // Held in somebody else's name: theirs to remove.
  if (owner.kind !== jobKind.kind || !owner.apiVersion.startsWith(`${jobKind.group}/`)) return false;
  return cache.byUid(owner.uid) === undefined;
}

function wakePodsOf({ type, object }: CacheEvent, cache: Cache): readonly string[] {
  return type === "DELETED"
    ? cache.controlledBy(podKind, object.metadata.uid).filter(isTracked).map(keyOf)
    : [];
}

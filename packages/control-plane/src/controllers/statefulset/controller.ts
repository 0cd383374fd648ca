/** Stateful sets: what to watch, whom to wake, what a decision may know. */
import { controllerOf, keyOf, type KubeObject } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { StatefulSet } from "@kubus/shared/api/workload.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import {
  controllerRevisionKind,
  nodeKind,
  persistentVolumeClaimKind,
  podKind,
  statefulSetKind,
} from "../../kinds/index.ts";
import { isSame } from "../../api/same.ts";
import { defineController } from "../engine/controller.ts";
import { selects } from "../workload/selection.ts";
import { candidatesOf, splitKey, wakeOwners, wakeSelf } from "../workload/wake.ts";
import { claimName } from "./claims.ts";
import { podName, rangeOf, splitOrdinal } from "./identity.ts";
import { classify, reconcile } from "./reconcile.ts";
import { statefulSetMachine } from "./statefulset.machine.ts";
import type { StatefulSetView } from "./survey.ts";

/** Orphans are looked up by their names: so many ordinals beyond either end of the range. */
const orphansBeyondMax = 256;

export const statefulSetController = defineController<StatefulSetView>({
  name: "statefulset",
  guarantee:
    "A StatefulSet's identities have one pod each and never two, made and ended in order, of its newest template.",
  watches: [
    { kind: statefulSetKind, wakes: wakeSelf },
    { kind: podKind, wakes: wakeByPod },
    { kind: persistentVolumeClaimKind, wakes: wakeByClaim },
    {
      kind: controllerRevisionKind,
      wakes: wakeOwners({ ownerKind: statefulSetKind, selectorOf: ({ spec }) => spec.selector }),
    },
  ],
  observe: (key, { cache, now }) => {
    const { namespace, name } = splitKey(key);
    const set = cache.get(statefulSetKind, namespace, name);
    const owner = set && { object: set, selector: set.spec.selector };
    return {
      set,
      pods: set === undefined ? [] : podsOf(set, cache),
      revisions: owner === undefined ? [] : candidatesOf(cache, controllerRevisionKind, owner),
      podNamed: (pod) => cache.get(podKind, namespace, pod),
      claimNamed: (claim) => cache.get(persistentVolumeClaimKind, namespace, claim),
      revisionNamed: (revision) => cache.get(controllerRevisionKind, namespace, revision),
      nodeNamed: (node) => cache.get(nodeKind, undefined, node),
      now,
    };
  },
  reconcile,
  life: { name: "statefulset", machine: statefulSetMachine, classify },
  isGone: ({ set }) => set === undefined,
});

/** Its own pods, and orphans that have a name of its and are meant by its selector. */
function podsOf(set: StatefulSet, cache: Cache): readonly Pod[] {
  const { first, end } = rangeOf(set);
  const lowest = Math.max(0, first - orphansBeyondMax);
  const ordinals = Array.from({ length: end + orphansBeyondMax - lowest }, (_, index) => lowest + index);
  const orphans = ordinals.flatMap((ordinal) => {
    const pod = cache.get(podKind, set.metadata.namespace, podName(set, ordinal));
    const isOrphan = pod !== undefined && controllerOf(pod) === undefined;
    return isOrphan && selects(set.spec.selector, pod.metadata.labels) ? [pod] : [];
  });
  return [...cache.controlledBy(podKind, set.metadata.uid), ...orphans];
}

/** The set that owns or owned the pod; for an orphan, or a name that became free, the set whose name stands in it. */
function wakeByPod({ type, object, previous }: CacheEvent, cache: Cache): readonly string[] {
  const owners = [object, previous].flatMap((one) => (one === undefined ? [] : ownerKey(one)));
  const mayConcern = type === "DELETED" || controllerOf(object) === undefined;
  const { namespace, name } = object.metadata;
  const base = mayConcern ? splitOrdinal(name)?.base : undefined;
  const named = base === undefined ? undefined : cache.get(statefulSetKind, namespace, base);
  return [...new Set([...owners, ...(named === undefined ? [] : [keyOf(named)])])];
}

function ownerKey(object: KubeObject): readonly string[] {
  const owner = controllerOf(object);
  if (owner?.kind !== statefulSetKind.kind) return [];
  return [keyOf({ metadata: { ...object.metadata, name: owner.name } })];
}

/** The set whose claim came, goes or has another owner. What a claim is bound to is nothing to it. */
function wakeByClaim({ type, object, previous }: CacheEvent, cache: Cache): readonly string[] {
  const { metadata } = object;
  const isSameHold =
    type === "MODIFIED" &&
    metadata.deletionTimestamp === previous?.metadata.deletionTimestamp &&
    isSame(metadata.ownerReferences, previous?.metadata.ownerReferences);
  const ordinal = isSameHold ? undefined : splitOrdinal(metadata.name)?.ordinal;
  if (ordinal === undefined) return [];
  const isOwn = (set: StatefulSet) =>
    (set.spec.volumeClaimTemplates ?? []).some(
      (template) => claimName(template.metadata?.name ?? "", set, ordinal) === metadata.name,
    );
  return cache.list(statefulSetKind, metadata.namespace).filter(isOwn).map(keyOf);
}

/** Daemon sets: what to watch, whom to wake, what a decision may know. */
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Node } from "@kubus/shared/api/node.ts";
import type { DaemonSet } from "@kubus/shared/api/workload.ts";
import { isSame } from "../../api/same.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import { controllerRevisionKind, daemonSetKind, nodeKind, podKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { candidatesOf, splitKey, wakeOwners, wakeSelf } from "../workload/wake.ts";
import { eligibilityOn } from "./daemon-pod.ts";
import { daemonSetMachine } from "./daemonset.machine.ts";
import { classify, reconcile } from "./reconcile.ts";
import type { DaemonSetView } from "./survey.ts";

const selectorOf = ({ spec }: DaemonSet) => spec.selector;

export const daemonSetController = defineController<DaemonSetView>({
  name: "daemonset",
  guarantee: "A DaemonSet has one pod on every board that fits, of its newest template, and none elsewhere.",
  watches: [
    { kind: daemonSetKind, wakes: wakeSelf },
    { kind: podKind, wakes: wakeOwners({ ownerKind: daemonSetKind, selectorOf }) },
    { kind: controllerRevisionKind, wakes: wakeOwners({ ownerKind: daemonSetKind, selectorOf }) },
    { kind: nodeKind, wakes: wakeByNode },
  ],
  observe: (key, { cache, now }) => {
    const { namespace, name } = splitKey(key);
    const daemonSet = cache.get(daemonSetKind, namespace, name);
    const owner = daemonSet && { object: daemonSet, selector: daemonSet.spec.selector };
    return {
      daemonSet,
      pods: owner === undefined ? [] : candidatesOf(cache, podKind, owner),
      revisions: owner === undefined ? [] : candidatesOf(cache, controllerRevisionKind, owner),
      revisionNamed: (revision) => cache.get(controllerRevisionKind, namespace, revision),
      nodes: cache.list(nodeKind),
      now,
    };
  },
  reconcile,
  life: { name: "daemonset", machine: daemonSetMachine, classify },
  isGone: ({ daemonSet }) => daemonSet === undefined,
});

/** Those to whom the board means something else than before. Beats change a node all the time and mean nothing. */
function wakeByNode({ type, object, previous }: CacheEvent, cache: Cache): readonly string[] {
  const [now, before] = [object as Node, previous as Node | undefined];
  if (type !== "MODIFIED" || before === undefined) return cache.list(daemonSetKind).map(keyOf);
  const isUnchanged =
    isSame(now.metadata.labels, before.metadata.labels) && isSame(now.spec.taints, before.spec.taints);
  if (isUnchanged) return [];
  const isConcerned = (daemonSet: DaemonSet) => {
    const eligibility = eligibilityOn(daemonSet);
    return !isSame(eligibility(now), eligibility(before));
  };
  return cache.list(daemonSetKind).filter(isConcerned).map(keyOf);
}

/** Replica sets: what to watch, whom to wake, what a decision may know. */
import { controllerOf } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { ReplicaSet } from "@kubus/shared/api/workload.ts";
import type { Cache } from "../../cache/cache.ts";
import { podKind, replicaSetKind, resourceQuotaKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { candidatesOf, splitKey, wakeOwners, wakeSelf } from "../workload/wake.ts";
import { keepReplicas, type ReplicasView } from "./replicas.ts";
import type { Replicated } from "./replicated.ts";
import { wakeRefused } from "./wake-refused.ts";

const selectorOf = ({ spec }: ReplicaSet) => spec.selector;

export const replicaSetController = defineController<ReplicasView>({
  name: "replicaset",
  guarantee: "A ReplicaSet has exactly `spec.replicas` living pods that carry its uid.",
  watches: [
    { kind: replicaSetKind, wakes: wakeSelf },
    { kind: podKind, wakes: wakeOwners({ ownerKind: replicaSetKind, selectorOf }) },
    { kind: resourceQuotaKind, wakes: wakeRefused(replicaSetKind) },
  ],
  observe: (key, { cache, now }) => {
    const { namespace, name } = splitKey(key);
    const replicaSet = cache.get(replicaSetKind, namespace, name);
    if (replicaSet === undefined) return { owner: undefined, pods: [], related: () => [], now };
    const owner = replicated(replicaSet);
    return {
      owner,
      pods: candidatesOf(cache, podKind, owner),
      related: () => podsOfSiblings(cache, replicaSet),
      now,
    };
  },
  reconcile: keepReplicas,
  isGone: ({ owner }) => owner === undefined,
});

function replicated(replicaSet: ReplicaSet): Replicated {
  const { replicas = 1, minReadySeconds = 0, selector, template } = replicaSet.spec;
  const { status } = replicaSet;
  const base = { object: replicaSet, kind: replicaSetKind, countsTerminating: true };
  return { ...base, replicas, minReadySeconds, selector, template, status };
}

/** Pods of the other replica sets of the same deployment. */
function podsOfSiblings(cache: Cache, replicaSet: ReplicaSet): readonly Pod[] {
  const deployment = controllerOf(replicaSet);
  if (deployment === undefined) return [];
  return cache
    .controlledBy(replicaSetKind, deployment.uid)
    .filter(({ metadata }) => metadata.uid !== replicaSet.metadata.uid)
    .flatMap(({ metadata }) => cache.controlledBy(podKind, metadata.uid));
}

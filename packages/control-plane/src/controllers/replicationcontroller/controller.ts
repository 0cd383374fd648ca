/** Replication controllers: replica sets of the first days, with labels instead of a selector. */
import type { LabelSelector } from "@kubus/shared/api/meta.ts";
import type { ReplicationController } from "@kubus/shared/api/workload.ts";
import { podKind, replicationControllerKind, resourceQuotaKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { keepReplicas, type ReplicasView } from "../replicaset/replicas.ts";
import type { Replicated } from "../replicaset/replicated.ts";
import { wakeRefused } from "../replicaset/wake-refused.ts";
import { candidatesOf, splitKey, wakeOwners, wakeSelf } from "../workload/wake.ts";

const selectorOf = ({ spec: { selector } }: ReplicationController): LabelSelector | undefined =>
  selector === undefined ? undefined : { matchLabels: selector };

export const replicationControllerController = defineController<ReplicasView>({
  name: "replication",
  guarantee: "A ReplicationController has exactly `spec.replicas` living pods that carry its uid.",
  watches: [
    { kind: replicationControllerKind, wakes: wakeSelf },
    { kind: podKind, wakes: wakeOwners({ ownerKind: replicationControllerKind, selectorOf }) },
    { kind: resourceQuotaKind, wakes: wakeRefused(replicationControllerKind) },
  ],
  observe: (key, { cache, now }) => {
    const { namespace, name } = splitKey(key);
    const found = cache.get(replicationControllerKind, namespace, name);
    if (found === undefined) return { owner: undefined, pods: [], related: () => [], now };
    const owner = replicated(found);
    return { owner, pods: candidatesOf(cache, podKind, owner), related: () => [], now };
  },
  reconcile: keepReplicas,
  isGone: ({ owner }) => owner === undefined,
});

function replicated(object: ReplicationController): Replicated {
  const { replicas = 1, minReadySeconds = 0, template } = object.spec;
  const { status } = object;
  const base = { object, kind: replicationControllerKind, countsTerminating: false };
  return { ...base, replicas, minReadySeconds, selector: selectorOf(object), template, status };
}

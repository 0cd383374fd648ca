/** What replica sets and replication controllers have in common. */
import type { KubeObject, LabelSelector } from "@kubus/shared/api/meta.ts";
import type { PodTemplateSpec } from "@kubus/shared/api/pod.ts";
import type { ReplicaSetStatus } from "@kubus/shared/api/workload.ts";
import type { AnyKind } from "../engine/plan.ts";

/** A ReplicaSet or ReplicationController, reduced to what matters here. */
export interface Replicated {
  readonly object: KubeObject;
  readonly kind: AnyKind;
  readonly replicas: number;
  readonly minReadySeconds: number;
  readonly selector: LabelSelector | undefined;
  readonly template: PodTemplateSpec | undefined;
  readonly status: ReplicaSetStatus | undefined;
  /** Whether its status has a place for pods that are about to end. */
  readonly countsTerminating: boolean;
}

/** What rebalancing may know: boards, pods, whose they are, what protects them, and the last move. Pure. */
import { controllerOf, type KubeObject } from "@kubus/shared/api/meta.ts";
import type { ConfigMap } from "@kubus/shared/api/core.ts";
import type { Node } from "@kubus/shared/api/node.ts";
import { isFinished, type Pod } from "@kubus/shared/api/pod.ts";
import type { PodDisruptionBudget } from "@kubus/shared/api/policy.ts";
import type { Deployment, ReplicaSet, ReplicationController } from "@kubus/shared/api/workload.ts";
import type { Board } from "../board.ts";
import type { Surroundings } from "../surroundings/surroundings.ts";
import type { Weights } from "../../switches/score-weights.ts";

export type Owner = ReplicaSet | ReplicationController;

/** What the scheduler would decide from. */
export interface Outlook {
  readonly boards: readonly Board[];
  readonly around: Surroundings;
  readonly weights: Weights;
}

export interface View {
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  /** The controller of a pod, if it is of a kind that replaces what leaves. */
  readonly ownerOf: (pod: Pod) => Owner | undefined;
  /** The deployment that a replica set belongs to. */
  readonly deploymentOf: (owner: Owner) => Deployment | undefined;
  readonly namespaceOf: (pod: Pod) => KubeObject | undefined;
  readonly budgets: readonly PodDisruptionBudget[];
  /** The boards as the scheduler sees them; worked out when somebody asks. */
  readonly outlook: () => Outlook;
  readonly lastMove: ConfigMap | undefined;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

/** Bound, neither ended nor ending: it takes room and somebody counts on it. */
export const isAtWork = ({ metadata, spec, status }: Pod): boolean =>
  (spec.nodeName ?? "") !== "" &&
  metadata.deletionTimestamp === undefined &&
  !isFinished({ metadata, spec, status } as Pod);

/** How many pods are on each board: of each controller, and of all. */
export interface Census {
  of(owner: string, node: string): number;
  on(node: string): number;
  /** The pods on a board, by their controller's uid; those without one are under the empty name. */
  residents(node: string): ReadonlyMap<string, readonly Pod[]>;
}

export function censusOf(pods: readonly Pod[]): Census {
  const boards = new Map<string, Map<string, Pod[]>>();
  const totals = new Map<string, number>();
  for (const pod of pods) {
    if (!isAtWork(pod)) continue;
    const { nodeName = "" } = pod.spec;
    const owner = controllerOf(pod)?.uid ?? "";
    const owners = boards.get(nodeName) ?? new Map<string, Pod[]>();
    boards.set(nodeName, owners);
    const siblings = owners.get(owner);
    if (siblings === undefined) owners.set(owner, [pod]);
    else siblings.push(pod);
    totals.set(nodeName, (totals.get(nodeName) ?? 0) + 1);
  }
  return {
    of: (owner, node) => boards.get(node)?.get(owner)?.length ?? 0,
    on: (node) => totals.get(node) ?? 0,
    residents: (node) => boards.get(node) ?? new Map<string, readonly Pod[]>(),
  };
}

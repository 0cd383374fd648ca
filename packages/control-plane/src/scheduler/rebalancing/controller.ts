/**
 * Rebalancing as a controller: one key for all boards.
 *
 * Changes of pods wake it only while they belong to the owner of the pod that moves; a look at all pods happens only
 * while there is a board that came lately.
 */
import { controllerOf, type KubeObject } from "@kubus/shared/api/meta.ts";
import type { Node } from "@kubus/shared/api/node.ts";
import { isReady, type Pod } from "@kubus/shared/api/pod.ts";
import type { Deployment } from "@kubus/shared/api/workload.ts";
import { isSame } from "../../api/same.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import { defineController } from "../../controllers/engine/controller.ts";
import type { Look } from "../../controllers/engine/life.ts";
import {
  configMapKind,
  namespaceKind,
  nodeKind,
  podDisruptionBudgetKind,
  podKind,
} from "../../kinds/index.ts";
import { makeLedger } from "../ledger.ts";
import type { Weights } from "../../switches/score-weights.ts";
import { newcomers } from "./boards.ts";
import { rebalancingMachine } from "./rebalancing.machine.ts";
import { reconcile } from "./reconcile.ts";
import { recordIn, recordPlace } from "./record.ts";
import { standOf, type Stand } from "./stand.ts";
import type { Outlook, Owner, View } from "./view.ts";

/** Rebalancing looks at all boards together. */
const all = "boards";

/** `weights`: what the scheduler's scores weigh here. */
export const rebalancingController = (weights: Weights = {}) =>
  defineController<View>({
    name: "rebalancing",
    guarantee:
      "When a board came or returned and is calm, pods that are replaced anyway move there one at a time, by their budgets, as long as that clearly helps.",
    watches: [
      { kind: nodeKind, wakes: (event) => (isNews(event) ? [all] : []) },
      { kind: podKind, wakes: (event, cache) => (isOfMove(event, cache) ? [all] : []) },
    ],
    observe: (_, { cache, now }) => observe(cache, { now, weights }),
    reconcile,
    life: {
      name: "rebalancing",
      machine: rebalancingMachine,
      classify: (view) => lookOf(standOf(view)),
    },
  });

const lookTypes = {
  idle: "boards.even",
  calming: "board.came",
  moving: "pod.moves",
  pausing: "trouble.seen",
} as const satisfies Record<Stand["type"], string>;

const lookOf = ({ type, why, dueInMs }: Stand): Look => ({
  type: lookTypes[type],
  why,
  ...(dueInMs === undefined ? {} : { dueInMs }),
});

/** Figures and heartbeats change all the time and say nothing of where pods should be. */
function isNews({ type, object, previous }: CacheEvent): boolean {
  if (type !== "MODIFIED" || previous === undefined) return true;
  const [now, before] = [object as Node, previous as Node];
  return !isSame(now.spec, before.spec) || !isSame(readiness(now), readiness(before));
}

function readiness({ status }: Node) {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  return { status: ready?.status, since: ready?.lastTransitionTime };
}

/** A sibling of the pod that moves came, went, or became ready. */
function isOfMove({ type, object, previous }: CacheEvent, cache: Cache): boolean {
  const owner = controllerOf(object)?.uid;
  if (owner === undefined || recordIn(lastMoveIn(cache))?.owner !== owner) return false;
  if (type !== "MODIFIED" || previous === undefined) return true;
  const [now, before] = [object as Pod, previous as Pod];
  return (
    isReady(now) !== isReady(before) ||
    now.spec.nodeName !== before.spec.nodeName ||
    now.metadata.deletionTimestamp !== before.metadata.deletionTimestamp
  );
}

const lastMoveIn = (cache: Cache) => cache.get(configMapKind, recordPlace.namespace, recordPlace.name);

function observe(cache: Cache, { now, weights }: { readonly now: number; readonly weights: Weights }): View {
  const view: View = {
    nodes: cache.list(nodeKind),
    pods: [],
    ownerOf: (pod) => ownerIn(cache, pod),
    deploymentOf: (owner) => deploymentIn(cache, owner),
    namespaceOf: ({ metadata }) => cache.get<KubeObject>(namespaceKind, undefined, metadata.namespace ?? ""),
    budgets: [],
    outlook: () => outlookOf(cache, weights),
    lastMove: lastMoveIn(cache),
    now,
  };
  const record = recordIn(view.lastMove);
  if (newcomers(view).length > 0)
    return { ...view, pods: cache.list(podKind), budgets: cache.list(podDisruptionBudgetKind) };
  // Nothing is begun; what was begun is still followed to its end.
  return record === undefined ? view : { ...view, pods: cache.controlledBy(podKind, record.owner) };
}

function ownerIn(cache: Cache, pod: Pod): Owner | undefined {
  const { uid, kind } = controllerOf(pod) ?? {};
  if (uid === undefined || (kind !== "ReplicaSet" && kind !== "ReplicationController")) return undefined;
  return cache.byUid(uid) as Owner | undefined;
}

function deploymentIn(cache: Cache, owner: Owner): Deployment | undefined {
  const { uid, kind } = controllerOf(owner) ?? {};
  return uid === undefined || kind !== "Deployment"
    ? undefined
    : (cache.byUid(uid) as Deployment | undefined);
}

function outlookOf(cache: Cache, weights: Weights): Outlook {
  const ledger = makeLedger(cache);
  const boards = ledger.boards();
  ledger.close();
  return { boards, around: ledger.around, weights };
}

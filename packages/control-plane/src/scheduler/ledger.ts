/**
 * What is on each board, and everything else a decision reads, kept up to date change by change, with bindings that are
 * under way counted already.
 *
 * It only adds up what the cache tells; a binding that failed is taken back by whoever announced it.
 */
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Node } from "@kubus/shared/api/node.ts";
import { isFinished, type Pod } from "@kubus/shared/api/pod.ts";
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import { isSame } from "../api/same.ts";
import type { Cache, CacheEvent } from "../cache/cache.ts";
import {
  namespaceKind,
  nodeKind,
  persistentVolumeClaimKind,
  persistentVolumeKind,
  podDisruptionBudgetKind,
  podKind,
  storageClassKind,
} from "../kinds/index.ts";
import type { Board } from "./board.ts";
import { isPending } from "./decide.ts";
import type { Surroundings } from "./surroundings/surroundings.ts";
import { wantOf, type Want } from "./want.ts";
import { makeBoards } from "./ledger/boards.ts";
import { makePlaces, type Places } from "./ledger/places.ts";

export interface Ledger extends Pick<Places, "assume" | "forget" | "forgetAll"> {
  /** All boards there are, with what is on them now, in the order of their names. */
  boards(): readonly Board[];
  readonly around: Surroundings;
  /** Keys of the pods that wait for a board and use this claim (`namespace/name`). */
  waitingFor(claim: string): Iterable<string>;
  /** How many pods wait for a board. */
  pendingCount(): number;
  /** Promises a board to a pod before the cache shows it; undefined takes the promise back. */
  nominate(want: Want, node: string | undefined): void;
  /** Counts what may change a decision: as long as it stays, so does every answer. */
  generation(): number;
  close(): void;
}

export function makeLedger(cache: Cache): Ledger {
  const namespaceLabels = (name: string) => cache.get(namespaceKind, undefined, name)?.metadata.labels;
  const places = makePlaces(namespaceLabels);
  const boards = makeBoards((name) => places.accountOf(name));
  const nominations = makeNominations();
  const pending = new Map<string, { readonly key: string; readonly claims: readonly string[] }>();
  const waiters = new Map<string, Set<string>>();
  let generation = 0;
  const changed = (isChanged: boolean) => {
    if (isChanged) generation += 1;
  };

  const dropPending = (uid: string) => {
    const known = pending.get(uid);
    if (known === undefined) return;
    pending.delete(uid);
    for (const claim of known.claims) {
      const keys = waiters.get(claim);
      keys?.delete(known.key);
      if (keys?.size === 0) waiters.delete(claim);
    }
  };

  const hearPending = (pod: Pod) => {
    const { uid } = pod.metadata;
    const node = pod.status?.nominatedNodeName ?? "";
    if (node !== "" || nominations.has(uid))
      changed(nominations.set(wantOf(pod), node === "" ? undefined : node));
    if (pending.has(uid)) return;
    const claims = hasClaims(pod)
      ? wantOf(pod).claims.map(({ name }) => `${pod.metadata.namespace ?? ""}/${name}`)
      : [];
    const key = keyOf(pod);
    pending.set(uid, { key, claims });
    for (const claim of claims) waiters.set(claim, (waiters.get(claim) ?? new Set<string>()).add(key));
  };

  const hearPod = (pod: Pod, isGone: boolean) => {
    const { uid } = pod.metadata;
    if (!isGone && isPending(pod)) {
      hearPending(pod);
      return;
    }
    dropPending(uid);
    changed(nominations.drop(uid));
    const { nodeName = "" } = pod.spec;
    if (isGone) changed(places.withdraw(uid));
    else if (nodeName !== "") changed(places.confirm(pod, nodeName));
  };

  const hear = ({
    type,
    kind,
    object,
    previous,
  }: Pick<CacheEvent, "type" | "kind" | "object" | "previous">) => {
    if (kind === podKind) hearPod(object as Pod, type === "DELETED" || isFinished(object as Pod));
    else if (kind === nodeKind) changed(boards.hear(object as Node, type === "DELETED"));
    else if (kind === namespaceKind) {
      if (isSame(object.metadata.labels, previous?.metadata.labels) && type !== "DELETED") return;
      places.recount();
      changed(true);
    } else changed(otherKinds.has(kind.kind));
  };

  const subscription: Subscription = cache.onEvent(hear);
  for (const kind of [nodeKind, podKind])
    for (const object of cache.list(kind as typeof nodeKind)) hear({ type: "ADDED", kind, object });

  return {
    boards: () => boards.all(),
    around: {
      get boards() {
        return boards.all();
      },
      boardNamed: (name) => boards.named(name),
      tally: places.tally,
      held: places.held,
      usersOf: places.usersOf,
      namespaceLabels,
      storage: {
        claim: (namespace, name) => cache.get(persistentVolumeClaimKind, namespace, name),
        volume: (name) => cache.get(persistentVolumeKind, undefined, name),
        volumes: () => cache.list(persistentVolumeKind),
        storageClass: (name) => cache.get(storageClassKind, undefined, name),
      },
      nominated: (node) => nominations.on(node),
      budgets: (namespace) => cache.list(podDisruptionBudgetKind, namespace),
      architecturesOf: (image) => boards.architecturesOf(image),
    },
    waitingFor: (claim) => waiters.get(claim) ?? [],
    pendingCount: () => pending.size,
    assume: (want, node) => {
      changed(true);
      nominations.drop(want.pod.metadata.uid);
      places.assume(want, node);
    },
    forget: (uid) => {
      const isForgotten = places.forget(uid);
      changed(isForgotten);
      return isForgotten;
    },
    forgetAll: () => {
      changed(true);
      places.forgetAll();
    },
    nominate: (want, node) => changed(nominations.set(want, node)),
    generation: () => generation,
    close: () => subscription.unsubscribe(),
  };
}

/** Kinds of which every change may change a decision. */
const otherKinds: ReadonlySet<string> = new Set(
  [persistentVolumeClaimKind, persistentVolumeKind, storageClassKind, podDisruptionBudgetKind].map(
    ({ kind }) => kind,
  ),
);

const hasClaims = ({ spec }: Pod): boolean =>
  (spec.volumes as readonly object[] | undefined)?.some(
    (volume) => "persistentVolumeClaim" in volume || "ephemeral" in volume,
  ) ?? false;

/** Which pod has been promised which board. */
function makeNominations() {
  const byPod = new Map<string, string>();
  const byNode = new Map<string, Map<string, Want>>();
  const drop = (uid: string): boolean => {
    const node = byPod.get(uid);
    if (node === undefined) return false;
    byPod.delete(uid);
    const there = byNode.get(node);
    there?.delete(uid);
    if (there?.size === 0) byNode.delete(node);
    return true;
  };
  const nobody: readonly Want[] = [];
  return {
    has: (uid: string) => byPod.has(uid),
    drop,
    /** Returns whether anything is different now. */
    set: (want: Want, node: string | undefined): boolean => {
      const { uid } = want.pod.metadata;
      if (byPod.get(uid) === node) return false;
      drop(uid);
      if (node === undefined) return true;
      byPod.set(uid, node);
      byNode.set(node, (byNode.get(node) ?? new Map<string, Want>()).set(uid, want));
      return true;
    },
    on: (node: string): readonly Want[] => {
      const there = byNode.get(node);
      return there === undefined ? nobody : [...there.values()];
    },
  };
}

/**
 * What is on each board, kept up to date change by change, with bindings that are under way counted already.
 *
 * It only adds up what the cache tells; a binding that failed is taken back by whoever announced it.
 */
import { keyOf } from "@kubus/shared/api/meta.ts";
import { isFinished, type Pod } from "@kubus/shared/api/pod.ts";
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import type { Cache, CacheEvent } from "../cache/cache.ts";
import { nodeKind, podKind } from "../kinds/index.ts";
import { boardOf, emptyLoad, type Board, type Load } from "./board.ts";
import { isPending } from "./decide.ts";
import { wantOf, type Want } from "./want.ts";

export interface Ledger {
  /** All boards there are, with what is on them now. */
  boards(): readonly Board[];
  /** Keys of the pods that wait for a board. */
  pending(): readonly string[];
  /** Counts a pod to a board before the cache shows it there. */
  assume(want: Want, node: string): void;
  /** Takes an assumption back, unless the cache has shown it to be true. */
  forget(uid: string): void;
  close(): void;
}

/** The same as `Load`, while it is being added to. */
interface Account extends Load {
  readonly pods: Map<string, Want>;
  readonly requested: Map<string, number>;
  readonly weight: { cpu: number; memory: number };
  readonly siblings: Map<string, number>;
  readonly repelling: Map<string, Want>;
}

export function makeLedger(cache: Cache): Ledger {
  const accounts = new Map<string, Account>();
  const places = new Map<string, { readonly node: string; readonly isAssumed: boolean }>();
  const waiting = new Map<string, string>();

  const withdraw = (uid: string) => {
    const place = places.get(uid);
    const account = accounts.get(place?.node ?? "");
    const want = account?.pods.get(uid);
    places.delete(uid);
    if (account === undefined || want === undefined) return;
    account.pods.delete(uid);
    account.repelling.delete(uid);
    count(account, want, -1);
    if (account.pods.size === 0 && place !== undefined) accounts.delete(place.node);
  };

  const enter = (want: Want, node: string, isAssumed: boolean) => {
    const { uid } = want.pod.metadata;
    withdraw(uid);
    const account = accounts.get(node) ?? newAccount();
    accounts.set(node, account);
    account.pods.set(uid, want);
    if (want.avoids.length > 0) account.repelling.set(uid, want);
    count(account, want, 1);
    places.set(uid, { node, isAssumed });
  };

  const hear = ({ type, kind, object }: Pick<CacheEvent, "type" | "kind" | "object">) => {
    if (kind !== podKind) return;
    const pod = object as Pod;
    const { uid } = pod.metadata;
    const isGone = type === "DELETED" || isFinished(pod);
    const { nodeName = "" } = pod.spec;
    if (!isGone && isPending(pod)) waiting.set(uid, keyOf(pod));
    else waiting.delete(uid);
    if (isGone) withdraw(uid);
    else if (nodeName !== "") enter(wantOf(pod), nodeName, false);
  };

  const subscription: Subscription = cache.onEvent(hear);
  for (const object of cache.list(podKind)) hear({ type: "ADDED", kind: podKind, object });

  return {
    boards: () =>
      cache
        .list(nodeKind)
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .map((node) => boardOf(node, accounts.get(node.metadata.name) ?? emptyLoad)),
    pending: () => [...waiting.values()],
    assume: (want, node) => enter(want, node, true),
    forget: (uid) => {
      if (places.get(uid)?.isAssumed === true) withdraw(uid);
    },
    close: () => subscription.unsubscribe(),
  };
}

const newAccount = (): Account => ({
  pods: new Map(),
  requested: new Map(),
  weight: { cpu: 0, memory: 0 },
  siblings: new Map(),
  repelling: new Map(),
});

function count(account: Account, want: Want, sign: 1 | -1): void {
  for (const [name, amount] of want.requests) {
    account.requested.set(name, (account.requested.get(name) ?? 0) + sign * amount);
  }
  account.weight.cpu += sign * want.weight.cpu;
  account.weight.memory += sign * want.weight.memory;
  const isEnding = want.pod.metadata.deletionTimestamp !== undefined;
  if (want.owner === undefined || isEnding) return;
  account.siblings.set(want.owner, (account.siblings.get(want.owner) ?? 0) + sign);
}

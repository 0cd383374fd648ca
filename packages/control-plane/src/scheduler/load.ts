/** What is on a board, kept up pod by pod: added and taken away in any order, the sums are always those of the pods. */
import type { Amounts, Want } from "./want.ts";

/** What is on a board, bound or about to be. */
export interface Load {
  /** By uid of the pod. */
  readonly pods: ReadonlyMap<string, Want>;
  readonly requested: Amounts;
  readonly weight: { readonly cpu: number; readonly memory: number };
  /** How many pods of a controller, by its uid; those that are ending do not count. */
  readonly siblings: ReadonlyMap<string, number>;
  /** Ports of the board that are taken, and by how many (there is more than one only where addresses differ). */
  readonly hostPorts: ReadonlyMap<string, number>;
}

/** The same as `Load`, while it is being added to. */
export interface Account extends Load {
  readonly pods: Map<string, Want>;
  readonly requested: Map<string, number>;
  readonly weight: { cpu: number; memory: number };
  readonly siblings: Map<string, number>;
  readonly hostPorts: Map<string, number>;
}

export const newAccount = (): Account => ({
  pods: new Map(),
  requested: new Map(),
  weight: { cpu: 0, memory: 0 },
  siblings: new Map(),
  hostPorts: new Map(),
});

export const emptyLoad: Load = newAccount();

/** A load of these pods, and of no others. */
export function loadOf(wants: Iterable<Want>): Account {
  const account = newAccount();
  for (const want of wants) addTo(account, want);
  return account;
}

/** A pod that is there already is replaced. */
export function addTo(account: Account, want: Want): void {
  const { uid } = want.pod.metadata;
  takeFrom(account, uid);
  account.pods.set(uid, want);
  count(account, want, 1);
}

/** The pod that was taken away; undefined when it was not there. */
export function takeFrom(account: Account, uid: string): Want | undefined {
  const want = account.pods.get(uid);
  if (want === undefined) return undefined;
  account.pods.delete(uid);
  count(account, want, -1);
  return want;
}

function count(account: Account, want: Want, sign: 1 | -1): void {
  for (const [name, amount] of want.requests) tell(account.requested, name, sign * amount);
  for (const port of want.hostPorts) tell(account.hostPorts, port, sign);
  account.weight.cpu += sign * want.weight.cpu;
  account.weight.memory += sign * want.weight.memory;
  const isEnding = want.pod.metadata.deletionTimestamp !== undefined;
  if (want.owner !== undefined && !isEnding) tell(account.siblings, want.owner, sign);
}

function tell(counts: Map<string, number>, name: string, change: number): void {
  const next = (counts.get(name) ?? 0) + change;
  if (next === 0) counts.delete(name);
  else counts.set(name, next);
}

/**
 * A board as the scheduler sees it: its Node, and what the pods on it take up.
 */
import type { Node, Taint } from "@kubus/shared/api/node.ts";
import { amountOf, type Amounts, type Want } from "./want.ts";

export interface Board {
  readonly node: Node;
  readonly allocatable: Amounts;
  readonly taints: readonly Taint[];
  readonly load: Load;
}

/** What is on a board, bound or about to be. */
export interface Load {
  /** By uid of the pod. */
  readonly pods: ReadonlyMap<string, Want>;
  readonly requested: Amounts;
  readonly weight: { readonly cpu: number; readonly memory: number };
  /** How many pods of a controller, by its uid; those that are ending do not count. */
  readonly siblings: ReadonlyMap<string, number>;
  /** Those of the pods that keep others away, by uid. */
  readonly repelling: ReadonlyMap<string, Want>;
}

/** `allocatable` is read once for each version of a Node. */
const known = new WeakMap<Node, Amounts>();

export function allocatableOf(node: Node): Amounts {
  const found = known.get(node);
  if (found !== undefined) return found;
  const list = node.status?.allocatable ?? node.status?.capacity ?? {};
  const amounts = new Map(Object.entries(list).map(([name, quantity]) => [name, amountOf(name, quantity)]));
  known.set(node, amounts);
  return amounts;
}

export const boardOf = (node: Node, load: Load): Board => ({
  node,
  allocatable: allocatableOf(node),
  taints: node.spec.taints ?? [],
  load,
});

export const emptyLoad: Load = {
  pods: new Map(),
  requested: new Map(),
  weight: { cpu: 0, memory: 0 },
  siblings: new Map(),
  repelling: new Map(),
};

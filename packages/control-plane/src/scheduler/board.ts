/**
 * A board as the scheduler sees it: its Node, and what the pods on it take up. Pure.
 */
import type { Node, Taint } from "@kubus/shared/api/node.ts";
import type { Load } from "./load.ts";
import { amountsOf, type Amounts } from "./requests.ts";

export { emptyLoad, loadOf, type Load } from "./load.ts";

export interface Board extends NodeFacts {
  readonly node: Node;
  readonly load: Load;
}

/** What a Node says, read once for each version of it. */
interface NodeFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly allocatable: Amounts;
  /** Of `allocatable`, for scores: thousandths, and bytes. */
  readonly cpu: number;
  readonly memory: number;
  /** How many pods may be on it. */
  readonly podsMax: number;
  readonly taints: readonly Taint[];
  /** Of the taints those that keep pods away, and those that only discourage. */
  readonly hardTaints: readonly Taint[];
  readonly softTaints: readonly Taint[];
}

export const boardLimits = {
  /** Pods on a board that does not say how many it takes: the kubelet's own default. */
  podsMax: 110,
} as const;

const known = new WeakMap<Node, NodeFacts>();

export const boardOf = (node: Node, load: Load): Board => ({ ...factsOf(node), node, load });

function factsOf(node: Node): NodeFacts {
  const found = known.get(node);
  if (found !== undefined) return found;
  const allocatable = amountsOf(node.status?.allocatable ?? node.status?.capacity);
  const taints = node.spec.taints ?? [];
  const facts: NodeFacts = {
    name: node.metadata.name,
    labels: node.metadata.labels ?? {},
    allocatable,
    cpu: allocatable.get("cpu") ?? 0,
    memory: allocatable.get("memory") ?? 0,
    podsMax: allocatable.get("pods") ?? boardLimits.podsMax,
    taints,
    hardTaints: taints.filter(({ effect }) => effect !== "PreferNoSchedule"),
    softTaints: taints.filter(({ effect }) => effect === "PreferNoSchedule"),
  };
  known.set(node, facts);
  return facts;
}

/**
 * Why a pod cannot be on a board: each filter gives reasons in Kubernetes' words, or none. Pure.
 *
 * The first filter that objects has the word, as in Kubernetes: later ones are not asked.
 */
import { taintKey, type Taint } from "@kubus/shared/api/node.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { tolerates } from "../nodes/eviction.ts";
import { isWanted } from "./affinity.ts";
import type { Board } from "./board.ts";
import { isPortTaken, type Want } from "./want.ts";

export type Filter = (want: Want, board: Board) => readonly string[];

const none: readonly string[] = [];
const objection = (reason: string, objects: boolean): readonly string[] => (objects ? [reason] : none);

const isTolerated = ({ spec }: Pod, taint: Taint): boolean =>
  (spec.tolerations ?? []).some((toleration) => tolerates(toleration, taint));

const cordoned: Taint = { key: taintKey.unschedulable, effect: "NoSchedule" };

const schedulable: Filter = ({ pod }, { node }) =>
  objection("node(s) were unschedulable", node.spec.unschedulable === true && !isTolerated(pod, cordoned));

const untainted: Filter = ({ pod }, { taints }) => {
  const taint = taints.find((one) => one.effect !== "PreferNoSchedule" && !isTolerated(pod, one));
  return taint === undefined ? none : [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`];
};

const wanted: Filter = ({ pod }, { node }) =>
  objection("node(s) didn't match Pod's node affinity/selector", !isWanted(pod, node));

const portsFree: Filter = ({ hostPorts }, { load }) => {
  if (hostPorts.length === 0) return none;
  const taken = [...load.pods.values()].flatMap((other) => other.hostPorts);
  const collides = hostPorts.some((port) => isPortTaken(port, taken));
  return objection("node(s) didn't have free ports for the requested pod ports", collides);
};

const roomy: Filter = ({ requests }, { allocatable, load }) => {
  const reasons = objection("Too many pods", load.pods.size + 1 > (allocatable.get("pods") ?? 110));
  const short = [...requests]
    .filter(
      ([name, amount]) =>
        amount > 0 && (load.requested.get(name) ?? 0) + amount > (allocatable.get(name) ?? 0),
    )
    .map(([name]) => `Insufficient ${name}`);
  return short.length === 0 ? reasons : [...reasons, ...short];
};

export const filters: readonly Filter[] = [schedulable, untainted, wanted, portsFree, roomy];

/** Empty: the pod may be there. `more` are the filters that depend on all boards together. */
export function objections(want: Want, board: Board, more: readonly Filter[]): readonly string[] {
  for (const filter of [...filters, ...more]) {
    const reasons = filter(want, board);
    if (reasons.length > 0) return reasons;
  }
  return none;
}

/**
 * Which boards came (back) lately and are calm by now, and what is in the way of moving anything. Pure.
 *
 * "Came" is when the Ready condition became true: it stands on the Node, so that every server says the same.
 */
import { taintKey, type Node } from "@kubus/shared/api/node.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { rebalancingLimits } from "./limits.ts";
import type { View } from "./view.ts";

/** A board to which pods may be moved; it came at `since` (wall-clock milliseconds). */
export interface Newcomer {
  readonly name: string;
  readonly since: number;
}

const readiness = ({ status }: Node) => status?.conditions?.find(({ type }) => type === "Ready");
const changedAt = (node: Node): number => Date.parse(readiness(node)?.lastTransitionTime ?? "");

/** Since when a board is Ready; undefined when it is not, or when nobody knows. */
export function readySince(node: Node): number | undefined {
  const since = changedAt(node);
  return readiness(node)?.status === "True" && !Number.isNaN(since) ? since : undefined;
}

/** What is said of boards that should be spared. */
const sparing: readonly string[] = [taintKey.flapping, taintKey.overheated, taintKey.underVoltage];

const isWelcome = ({ metadata, spec }: Node): boolean =>
  metadata.deletionTimestamp === undefined &&
  spec.unschedulable !== true &&
  !(spec.taints ?? []).some(({ key }) => sparing.includes(key));

export function newcomers({ nodes, now }: View): readonly Newcomer[] {
  return nodes.filter(isWelcome).flatMap((node) => {
    const since = readySince(node);
    return since === undefined || now - since >= rebalancingLimits.freshMs
      ? []
      : [{ name: node.metadata.name, since }];
  });
}

export const isCalm = ({ since }: Newcomer, now: number): boolean => now - since >= rebalancingLimits.calmMs;

/** What is in the way, in words for people; undefined: nothing. */
export function troubleOf({ nodes, pods, now }: View): string | undefined {
  const isRecent = (at: number) => now - at < rebalancingLimits.troubleMs;
  const lost = nodes.find((node) => readiness(node)?.status !== "True" && isRecent(changedAt(node)));
  if (lost !== undefined) return `${lost.metadata.name} is not Ready`;
  const waiting = pods.find((pod) => isWaiting(pod) && isRecent(Date.parse(pod.metadata.creationTimestamp)));
  if (waiting === undefined) return undefined;
  return `pod ${waiting.metadata.namespace ?? ""}/${waiting.metadata.name} waits for a board`;
}

const isWaiting = ({ metadata, spec, status }: Pod): boolean =>
  (spec.nodeName ?? "") === "" &&
  metadata.deletionTimestamp === undefined &&
  (status?.phase ?? "Pending") === "Pending" &&
  (spec.schedulingGates ?? []).length === 0;

/**
 * Where a pod goes, or why it goes nowhere. Pure.
 */
import type { LabelSelector } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { Board } from "./board.ts";
import { objections } from "./filter.ts";
import { neighbourFilters } from "./neighbours.ts";
import { allTerms } from "./pod-terms.ts";
import { bestOf } from "./score.ts";
import { topologyFilters } from "./topology.ts";
import { wantOf, type Want } from "./want.ts";

export const schedulerName = "default-scheduler";

export type Decision =
  | { readonly type: "bind"; readonly want: Want; readonly node: string }
  /** `message` says how many boards object to what. */
  | { readonly type: "unschedulable"; readonly pod: Pod; readonly message: string }
  | { readonly type: "gated" }
  /** Bound, finished, being deleted, gone, or another scheduler's. */
  | { readonly type: "none" };

export function decide(pod: Pod | undefined, boards: readonly Board[]): Decision {
  if (pod === undefined || !isPending(pod)) return { type: "none" };
  if ((pod.spec.schedulingGates ?? []).length > 0) return { type: "gated" };
  if (boards.length === 0)
    return { type: "unschedulable", pod, message: "no nodes available to schedule pods" };
  const unsupported = unsupportedBy(pod);
  if (unsupported !== undefined) {
    const message = `0/${boards.length} nodes are available: ${unsupported} is not supported by kubus yet.`;
    return { type: "unschedulable", pod, message };
  }
  const want = wantOf(pod);
  const together = [...neighbourFilters(want, boards), ...topologyFilters(want, boards)];
  const verdicts = boards.map((board) => ({ board, reasons: objections(want, board, together) }));
  const best = bestOf(
    want,
    verdicts.filter(({ reasons }) => reasons.length === 0).map(({ board }) => board),
  );
  if (best !== undefined) return { type: "bind", want, node: best.node.metadata.name };
  return { type: "unschedulable", pod, message: summary(verdicts.map(({ reasons }) => reasons)) };
}

export const isPending = ({ spec, metadata, status }: Pod): boolean =>
  (spec.nodeName ?? "") === "" &&
  metadata.deletionTimestamp === undefined &&
  (spec.schedulerName ?? schedulerName) === schedulerName &&
  (status?.phase ?? "Pending") === "Pending";

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.` */
export function summary(objections: readonly (readonly string[])[]): string {
  const counts = new Map<string, number>();
  for (const reason of objections.flat()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${objections.length} nodes are available: ${parts.join(", ")}.`;
}

/** What the pod asks for and this scheduler cannot tell yet: it is refused aloud, never ignored. */
function unsupportedBy(pod: Pod): string | undefined {
  const isNamed = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector) =>
    Object.keys(matchLabels).length + matchExpressions.length > 0;
  const hasSelector = allTerms(pod).some(
    ({ namespaceSelector }) => namespaceSelector !== undefined && isNamed(namespaceSelector),
  );
  return hasSelector ? "a namespaceSelector with labels in pod affinity" : undefined;
}

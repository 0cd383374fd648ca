/**
 * Whom a pod may drive away when no board takes it as it is. Pure.
 *
 * Only pods of lower priority go, only as many as must, and from the board where it hurts least (Kubernetes, "Pod Priority
 * and Preemption"). Budgets are kept where they can be.
 */
import type { Board } from "../board.ts";
import type { Word } from "../filters/filter-row.ts";
import type { Surroundings } from "../surroundings/surroundings.ts";
import type { Want } from "../want.ts";
import { leastHurtful } from "./choice.ts";
import { victimsOn, type Victims } from "./victims.ts";

export const preemptionLimits = {
  /** Candidates to choose among: this share of the boards, but at least so many (kube-scheduler's own figures). */
  candidatesPercent: 10,
  candidatesAtLeast: 100,
} as const;

export type Preemption =
  | { readonly type: "evict"; readonly node: string; readonly victims: readonly Want[] }
  /** On the board that was promised to the pod somebody is leaving already. */
  | { readonly type: "await"; readonly node: string }
  /** One entry for each board: why nothing would be gained. */
  | { readonly type: "none"; readonly reasons: readonly (readonly string[])[] };

export function preempt(
  want: Want,
  refusals: readonly { readonly board: Board; readonly word: Word }[],
  around: Surroundings,
): Preemption {
  const promised = awaited(want, refusals, around);
  if (promised !== undefined) return { type: "await", node: promised };
  const { candidatesPercent, candidatesAtLeast } = preemptionLimits;
  const enough = Math.max(candidatesAtLeast, Math.floor((refusals.length * candidatesPercent) / 100));
  const candidates: Victims[] = [];
  const reasons: (readonly string[])[] = [];
  for (const { board, word } of refusals) {
    if (candidates.length >= enough) break;
    const found = word.isFinal ? unhelpful : victimsOn(board, want, around);
    if ("why" in found) reasons.push(found.why);
    else candidates.push(found);
  }
  const best = leastHurtful(candidates);
  if (best === undefined) return { type: "none", reasons };
  return { type: "evict", node: best.board.name, victims: best.pods };
}

const unhelpful = { why: ["Preemption is not helpful for scheduling"] } as const;

/** The board that was promised, when pods leave it that this one drove away, or that matter less. */
function awaited(
  { pod, priority }: Want,
  refusals: readonly { readonly board: Board; readonly word: Word }[],
  around: Surroundings,
): string | undefined {
  const board = around.boardNamed(pod.status?.nominatedNodeName ?? "");
  if (board === undefined) return undefined;
  // Since then something turned up that no eviction helps against: another board must be found.
  if (refusals.some((refusal) => refusal.board.name === board.name && refusal.word.isFinal)) return undefined;
  const isLeaving = [...board.load.pods.values()].some(
    (other) => other.priority < priority && other.pod.metadata.deletionTimestamp !== undefined,
  );
  return isLeaving ? board.name : undefined;
}

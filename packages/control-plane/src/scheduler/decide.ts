/**
 * Where a pod goes, or why it goes nowhere. Pure.
 */
import type { Pod } from "@kubus/shared/api/pod.ts";
import { pinnedTo } from "./affinity.ts";
import type { Board } from "./board.ts";
import { checksFor, isRefused, wordAgainst, type Checks } from "./filter.ts";
import type { FilterName, Word } from "./filters/filter-row.ts";
import { claimsOf } from "./filters/volumes.ts";
import { preempt } from "./preemption/preempt.ts";
import { defaultProfile, profileOf } from "./profiles.ts";
import { bestOf } from "./score.ts";
import { surroundingsOf, type Surroundings } from "./surroundings/surroundings.ts";
import { wantOf, type Want } from "./want.ts";
import type { Weights } from "../switches/score-weights.ts";

export type Decision =
  | {
      readonly type: "bind";
      readonly want: Want;
      readonly node: string;
      /** Names of its claims that must be bound first, now that the board is known. */
      readonly claims: readonly string[];
    }
  /** No board takes the pod as it is, but one would without some that matter less. */
  | {
      readonly type: "preempt";
      readonly want: Want;
      readonly node: string;
      readonly victims: readonly Want[];
      readonly message: string;
    }
  /** Its victims are about to leave; nobody else is asked to. */
  | (Refusal & { readonly type: "awaitVictims"; readonly node: string })
  | (Refusal & { readonly type: "unschedulable" })
  | { readonly type: "gated"; readonly gates: readonly string[] }
  /** Bound, finished, being deleted, gone, or another scheduler's. */
  | { readonly type: "none" };

export interface Refusal {
  readonly want: Want;
  /** How many boards object to what. */
  readonly message: string;
  /** Which filters objected: their changes may help. */
  readonly by: readonly FilterName[];
}

export interface DecideOptions {
  /** Where to begin looking, so that not always the same boards are looked at first. */
  readonly startAt?: number;
  /** What scores weigh on this server, whatever the profile and the table say. */
  readonly weights?: Weights;
}

export const decideLimits = {
  /** With so many boards or fewer all are looked at; with more, so many that fit are enough. */
  boardsAtLeast: 100,
  /**
   * For a pod that prefers some boards to others this share of them must be found, falling by one percent for each 125
   * boards, to 5 % (kube-scheduler's own figures).
   */
  percentMost: 50,
  percentLeast: 5,
  boardsPerPercent: 125,
} as const;

/** How many boards that fit are enough to choose among. For a pod without wishes one of a hundred is as good as any. */
export function boardsEnough(count: number, want: Want): number {
  if (!hasWishes(want)) return decideLimits.boardsAtLeast;
  const { boardsAtLeast, percentMost, percentLeast, boardsPerPercent } = decideLimits;
  const percent = Math.max(percentLeast, percentMost - Math.floor(count / boardsPerPercent));
  return Math.max(boardsAtLeast, Math.floor((count * percent) / 100));
}

const hasWishes = ({ pod: { spec }, wishes }: Want): boolean =>
  wishes.length > 0 ||
  spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution !== undefined ||
  spec.topologySpreadConstraints !== undefined;

export function decide(
  pod: Pod | undefined,
  boards: readonly Board[],
  around: Surroundings = surroundingsOf(boards),
  options: DecideOptions = {},
): Decision {
  if (pod === undefined || !isPending(pod)) return { type: "none" };
  const gates = (pod.spec.schedulingGates ?? []).map(({ name }) => name);
  if (gates.length > 0) return { type: "gated", gates };
  const want = wantOf(pod);
  if (boards.length === 0)
    return {
      type: "unschedulable",
      want,
      message: "no nodes available to schedule pods",
      by: ["schedulable"],
    };
  const checks = checksFor(want, around);
  if (isRefused(checks)) return refusedOutright(want, checks, boards.length);
  const look = { want, checks, around };
  const promised = around.boardNamed(pod.status?.nominatedNodeName ?? "");
  if (promised !== undefined && wordAgainst(look, promised) === undefined)
    return boundTo(want, promised, around);
  const { fitting, refusals, unmeant } = lookAround(look, boards, options.startAt ?? 0);
  const usual = profileOf(pod) ?? defaultProfile;
  const profile = { ...usual, weights: { ...usual.weights, ...options.weights } };
  const best = bestOf({ want, around, profile }, fitting);
  if (best !== undefined) return boundTo(want, best, around);
  return refused({ want, around, refusals, unmeant });
}

/** In kubus' hands, and without a board. */
export const isPending = (pod: Pod): boolean =>
  (pod.spec.nodeName ?? "") === "" &&
  pod.metadata.deletionTimestamp === undefined &&
  profileOf(pod) !== undefined &&
  (pod.status?.phase ?? "Pending") === "Pending";

function boundTo(want: Want, { name: node }: Board, { storage }: Surroundings): Decision {
  const found = want.claims.length === 0 ? undefined : claimsOf(want, storage);
  const claims =
    found === undefined || "refuses" in found ? [] : found.delayed.map(({ metadata }) => metadata.name);
  return { type: "bind", want, node, claims };
}

interface Found {
  readonly fitting: readonly Board[];
  /** Only whole when nothing fits. */
  readonly refusals: readonly Refused[];
  /** Boards that were not asked, because the pod names others. */
  readonly unmeant: number;
}

interface Refused {
  readonly board: Board;
  readonly word: Word;
}

interface Looking {
  readonly want: Want;
  readonly checks: Checks;
  readonly around: Surroundings;
}

function lookAround(look: Looking, boards: readonly Board[], startAt: number): Found {
  const pins = pinnedTo(look.want.pod);
  const meant = pins === undefined ? boards : [...pins].flatMap((name) => look.around.boardNamed(name) ?? []);
  const enough = boardsEnough(meant.length, look.want);
  const fitting: Board[] = [];
  const refusals: Refused[] = [];
  for (let i = 0; i < meant.length && fitting.length < enough; i += 1) {
    const board = meant[(startAt + i) % meant.length];
    if (board === undefined) continue;
    const word = wordAgainst(look, board);
    if (word === undefined) fitting.push(board);
    else refusals.push({ board, word });
  }
  return { fitting, refusals, unmeant: boards.length - meant.length };
}

const unhelpful = "Preemption is not helpful for scheduling";

function refusedOutright(
  want: Want,
  { by, refuses }: { readonly by: FilterName; readonly refuses: string },
  count: number,
): Decision {
  const none = `0/${count} nodes are available:`;
  const preemption = mayPreempt(want) ? `${none} ${count} ${unhelpful}.` : notEligible;
  return { type: "unschedulable", want, message: `${none} ${refuses}. preemption: ${preemption}`, by: [by] };
}

const notEligible = "not eligible due to preemptionPolicy=Never.";
const mayPreempt = ({ pod }: Want): boolean => pod.spec.preemptionPolicy !== "Never";

function refused(options: {
  readonly want: Want;
  readonly around: Surroundings;
  readonly refusals: readonly Refused[];
  readonly unmeant: number;
}): Decision {
  const { want, around, refusals, unmeant } = options;
  const left = Array.from({ length: unmeant }, () => ["node(s) didn't satisfy plugin(s) [NodeAffinity]"]);
  const message = summary([...refusals.map(({ word }) => word.reasons), ...left]);
  const by = [...new Set(refusals.map(({ word }) => word.by))];
  if (unmeant > 0 && !by.includes("wanted")) by.push("wanted");
  const refusal = { want, by };
  if (!mayPreempt(want))
    return { type: "unschedulable", ...refusal, message: `${message} preemption: ${notEligible}` };
  const answer = preempt(want, refusals, around);
  switch (answer.type) {
    case "evict":
      return { type: "preempt", want, node: answer.node, victims: answer.victims, message };
    case "await": {
      const why = "not eligible due to a terminating pod on the nominated node.";
      return {
        type: "awaitVictims",
        ...refusal,
        node: answer.node,
        message: `${message} preemption: ${why}`,
      };
    }
    case "none": {
      const others = Array.from({ length: unmeant }, () => [unhelpful]);
      const preemption = summary([...answer.reasons, ...others]);
      return { type: "unschedulable", ...refusal, message: `${message} preemption: ${preemption}` };
    }
  }
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.` */
export function summary(objections: readonly (readonly string[])[]): string {
  const counts = new Map<string, number>();
  for (const reasons of objections)
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${objections.length} nodes are available: ${parts.join(", ")}.`;
}

/**
 * Who would have to leave one board so that a pod finds room on it. Pure.
 *
 * First all that matter less are thought away; then each is taken back, the most important first, unless that leaves no
 * room. Those whose budget would be broken are taken back before the others.
 */
import type { PodDisruptionBudget } from "@kubus/shared/api/policy.ts";
import { isAbout } from "../../api/verbs/disruption-budget.ts";
import type { Board } from "../board.ts";
import { checksFor, isRefused, wordAgainst } from "../filter.ts";
import type { Word } from "../filters/filter-row.ts";
import type { Surroundings } from "../surroundings/surroundings.ts";
import { whatIf, type WhatIf } from "../surroundings/what-if.ts";
import type { Want } from "../want.ts";

export interface Victims {
  readonly board: Board;
  /** At least one, the most important first. */
  readonly pods: readonly Want[];
  /** How many of them go although a budget says no. */
  readonly violations: number;
}

export function victimsOn(
  board: Board,
  want: Want,
  around: Surroundings,
): Victims | { readonly why: readonly string[] } {
  const lesser = [...board.load.pods.values()].filter(({ priority }) => priority < want.priority);
  if (lesser.length === 0) return { why: ["No preemption victims found for incoming pod"] };
  const question = whatIf(around, board);
  for (const one of lesser) question.remove(one);
  const word = against(question, want);
  if (word !== undefined) return { why: word.reasons };
  const ranked = [...lesser].sort(byImportance);
  const { violating, others } = byBudget(ranked, around);
  const mustGo = (one: Want): boolean => {
    question.add(one);
    if (against(question, want) === undefined) return false;
    question.remove(one);
    return true;
  };
  const violations = violating.filter(mustGo);
  const rest = others.filter(mustGo);
  const pods = [...violations, ...rest].sort(byImportance);
  // Whatever stood against the pod is gone by now.
  if (pods.length === 0) return { why: ["No preemption victims found for incoming pod"] };
  return { board, pods, violations: violations.length };
}

function against({ board, around }: WhatIf, want: Want): Word | undefined {
  const checks = checksFor(want, around);
  if (isRefused(checks)) return { by: checks.by, reasons: [checks.refuses], isFinal: true };
  return wordAgainst({ want, checks, around }, board);
}

/** Higher priority first, then whoever runs longer. */
export const byImportance = (a: Want, b: Want): number =>
  b.priority - a.priority || startOf(a).localeCompare(startOf(b));

/** RFC 3339: as text in the order of time. */
export const startOf = ({ pod }: Want): string => pod.status?.startTime ?? pod.metadata.creationTimestamp;

/** Who may go within the budgets as they stand, one after the other, and who may not. */
function byBudget(pods: readonly Want[], around: Surroundings) {
  const allowed = new Map<PodDisruptionBudget, number>();
  const violating: Want[] = [];
  const others: Want[] = [];
  for (const want of pods) {
    const { pod } = want;
    const budgets = around
      .budgets(pod.metadata.namespace ?? "")
      .filter(
        (budget) => isAbout(budget, pod) && budget.status?.disruptedPods?.[pod.metadata.name] === undefined,
      );
    for (const budget of budgets)
      allowed.set(budget, (allowed.get(budget) ?? budget.status?.disruptionsAllowed ?? 0) - 1);
    const breaks = budgets.some((budget) => (allowed.get(budget) ?? 0) < 0);
    (breaks ? violating : others).push(want);
  }
  return { violating, others };
}

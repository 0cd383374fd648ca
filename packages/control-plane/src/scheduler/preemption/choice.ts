/**
 * Of several boards the one where driving pods away hurts least. Pure.
 *
 * Kubernetes' order: the fewest broken budgets, the least important of the most important victims, the smallest sum of
 * priorities, the fewest victims, and then the board whose most important victims began last.
 */
import { startOf, type Victims } from "./victims.ts";

/** Makes every priority count, also negative ones: so a sum grows with each victim. */
const priorityOffset = 2 ** 31;

export function leastHurtful(candidates: readonly Victims[]): Victims | undefined {
  let best: Victims | undefined;
  for (const one of candidates) if (best === undefined || hurtsLess(one, best)) best = one;
  return best;
}

function hurtsLess(a: Victims, b: Victims): boolean {
  const [first, second] = [rankOf(a), rankOf(b)];
  for (const [i, value] of first.entries()) {
    const other = second[i] ?? 0;
    if (value !== other) return value < other;
  }
  return earliestStart(a) > earliestStart(b);
}

const rankOf = ({ violations, pods }: Victims): readonly number[] => [
  violations,
  highest({ pods }),
  pods.reduce((sum, { priority }) => sum + priority + priorityOffset, 0),
  pods.length,
];

const highest = ({ pods }: Pick<Victims, "pods">): number =>
  pods.reduce((most, { priority }) => Math.max(most, priority), Number.NEGATIVE_INFINITY);

/** Of those of the highest priority, the one that runs longest. */
function earliestStart({ pods }: Victims): string {
  const most = highest({ pods });
  const starts = pods.filter(({ priority }) => priority === most).map(startOf);
  return starts.reduce((a, b) => (a < b ? a : b));
}

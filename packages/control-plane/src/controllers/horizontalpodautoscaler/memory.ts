/**
 * What the leading server remembers of each autoscaler: the last look at the boards' figures, and what the figures of
 * the last hour asked for.
 *
 * Not in the store, on purpose: a note every 15 seconds for each autoscaler would wear out the disk of a board, and a
 * server that begins to lead without it does what Kubernetes' controller does when it starts: what there is counts as
 * what was asked for, so that a change is only made later, never sooner. What must not be forgotten is kept with the
 * object: see scale-events.ts.
 */
import type { PodUsage } from "@kubus/shared/bus/usage.ts";
import type { BoardUsage } from "../../api/usage/board-usage.ts";
import { autoscalerLimits as limits } from "./limits.ts";
import type { Recommendation, Round } from "./view.ts";

export interface AutoscalerMemory {
  /** The look at the figures that is good now. The first call after 15 seconds asks these boards anew. */
  readonly roundOf: (key: string, nodes: readonly string[], now: number) => Round;
  readonly recommendationsOf: (key: string) => readonly Recommendation[];
  /** Notes what a round asked for, once. */
  readonly recommend: (key: string, recommendation: Recommendation) => void;
  readonly forget: (key: string) => void;
  /** Nothing is known, as in a server that has just begun to lead. */
  readonly forgetAll: () => void;
}

/** `onAnswered`: all boards that were asked for this key have answered, or will not. */
export function makeAutoscalerMemory(
  usage: BoardUsage | undefined,
  onAnswered: (key: string) => void,
): AutoscalerMemory {
  const rounds = new Map<string, Round>();
  const recommendations = new Map<string, readonly Recommendation[]>();

  const ask = async (nodes: readonly string[]): Promise<ReadonlyMap<string, PodUsage>> => {
    if (usage === undefined) return new Map();
    const reports = await Promise.all([...new Set(nodes)].map((node) => usage.of(node)));
    return new Map(reports.flatMap((report) => (report?.pods ?? []).map((pod) => [pod.uid, pod] as const)));
  };

  return {
    roundOf: (key, nodes, now) => {
      const known = rounds.get(key);
      // Boards that are asked always answer or are given up: a round that is not over yet is waited for.
      const isGood =
        known !== undefined && (known.usage === undefined || now - known.at < limits.syncIntervalMs);
      if (isGood) return known;
      const round: Round = { at: now, usage: undefined };
      rounds.set(key, round);
      void ask(nodes).then((answered) => {
        if (rounds.get(key) !== round) return;
        rounds.set(key, { at: now, usage: answered });
        onAnswered(key);
      });
      return round;
    },
    recommendationsOf: (key) => recommendations.get(key) ?? [],
    recommend: (key, recommendation) => {
      const recent = (recommendations.get(key) ?? []).filter(
        ({ at }) => at > recommendation.at - limits.windowMaxMs && at !== recommendation.at,
      );
      recommendations.set(key, [...recent, recommendation]);
    },
    forget: (key) => {
      rounds.delete(key);
      recommendations.delete(key);
    },
    forgetAll: () => {
      rounds.clear();
      recommendations.clear();
    },
  };
}

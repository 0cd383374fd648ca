/**
 * Tells what all machines do, in one place: a log line and a count for each transition.
 *
 * Machines themselves never log. A line reads `container.transition actor="..." from=running to=unsure on=failed`.
 */
import type { Log, LogLevel } from "../log/log.ts";
import type { ActorChange, ActorRegistry } from "./registry.ts";
import { isSameState, stateText } from "./state-value.ts";

export interface NarrateOptions {
  readonly registry: ActorRegistry;
  readonly log: Log;
  /** How loudly a machine is told of; "info" unless given. */
  readonly levelOf?: (machine: string) => LogLevel;
}

export interface TransitionCount {
  readonly machine: string;
  readonly to: string;
  readonly count: number;
}

export interface Narration {
  /** Transitions so far, by machine and by the state that they led to. Bounded by the charts. */
  counts(): readonly TransitionCount[];
  stop(): void;
}

/** Begins to tell. What happened before is not told. */
export function narrate({ registry, log, levelOf = () => "info" }: NarrateOptions): Narration {
  const counts = new Map<string, Map<string, number>>();

  const tellTransition = ({ report, event, from }: Extract<ActorChange, { type: "changed" }>) => {
    if (isSameState(from, report.state)) return; // Only a timer was set anew.
    const { machine, id } = report;
    const to = stateText(report.state);
    const byState = counts.get(machine) ?? new Map<string, number>();
    byState.set(to, (byState.get(to) ?? 0) + 1);
    counts.set(machine, byState);
    log[levelOf(machine)](`${machine}.transition`, {
      actor: id,
      from: from === undefined ? undefined : stateText(from),
      to,
      on: event,
    });
  };

  const stop = registry.onChange((change) => {
    if (change.type === "changed") tellTransition(change);
    else if (change.report.status === "error")
      log.error(`${change.report.machine}.failed`, { actor: change.report.id });
  });

  return {
    counts: () =>
      [...counts].flatMap(([machine, byState]) =>
        [...byState].map(([to, count]) => ({ machine, to, count })),
      ),
    stop,
  };
}

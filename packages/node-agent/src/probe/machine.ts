/**
 * One actor per probe of a container's run: asks again and again, and changes its verdict only after enough equal
 * answers in a row.
 *
 * A startup probe ends with its first verdict, a liveness probe with its first bad one; a readiness probe goes on for
 * as long as the container runs.
 */
import { assign, setup } from "xstate";
import { portActor } from "@kubus/shared/machine/port-actor.ts";
import type { ProbeSpec } from "./spec.ts";

export type Verdict = "passing" | "failing";

export interface ProbeInput {
  readonly spec: ProbeSpec;
  /** What is believed until enough answers came. */
  readonly verdict: Verdict;
}

interface Context extends ProbeInput {
  /** Equal answers in a row: above zero good ones, below zero bad ones. */
  readonly streak: number;
  readonly message: string;
}

const error = ({ event }: { event: { error: unknown } }): unknown => event.error;

export const probeMachine = setup({
  types: { input: {} as ProbeInput, context: {} as Context, output: {} as Verdict },
  actors: { check: portActor<unknown, ProbeSpec>("check") },
  actions: {
    noteSuccess: assign({ streak: ({ context }) => Math.max(0, context.streak) + 1, message: "" }),
    noteFailure: assign(({ context }, failure: unknown) => ({
      streak: Math.min(0, context.streak) - 1,
      message: failure instanceof Error ? failure.message : String(failure),
    })),
    noteTimeout: assign(({ context }) => ({
      streak: Math.min(0, context.streak) - 1,
      message: `no answer within ${context.spec.timeoutMs} ms`,
    })),
    judge: assign({ verdict: ({ context }) => verdictOf(context) }),
  },
  guards: {
    isSettled: ({ context: { spec, verdict, streak } }) => {
      if (spec.role === "startup") return streak >= spec.successThreshold || -streak >= spec.failureThreshold;
      return spec.role === "liveness" && verdict === "failing";
    },
  },
  delays: {
    initialDelay: ({ context }) => context.spec.initialDelayMs,
    period: ({ context }) => context.spec.periodMs,
    timeout: ({ context }) => context.spec.timeoutMs,
  },
}).createMachine({
  id: "probe",
  initial: "settling",
  context: ({ input }) => ({ ...input, streak: 0, message: "" }),
  output: ({ context }) => context.verdict,
  states: {
    settling: { description: "The container is given time to begin.", after: { initialDelay: "asking" } },
    asking: {
      invoke: {
        src: "check",
        input: ({ context }) => context.spec,
        onDone: { target: "judging", actions: "noteSuccess" },
        onError: { target: "judging", actions: { type: "noteFailure", params: error } },
      },
      after: { timeout: { target: "judging", actions: "noteTimeout" } },
    },
    judging: {
      entry: "judge",
      always: [{ guard: "isSettled", target: "decided" }, { target: "resting" }],
    },
    resting: { after: { period: "asking" } },
    decided: { type: "final", description: "Nothing that could be asked would change the verdict." },
  },
});

/** The verdict after the latest answer: the old one until enough equal answers came. */
export function verdictOf({ spec, streak, verdict }: Pick<Context, "spec" | "streak" | "verdict">): Verdict {
  if (streak >= spec.successThreshold) return "passing";
  return -streak >= spec.failureThreshold ? "failing" : verdict;
}

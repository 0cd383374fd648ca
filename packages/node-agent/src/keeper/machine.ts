/**
 * One actor per thing that is to be kept as it should be: a pod's status in the API, the node's, the routes to peers.
 *
 * One pass at a time; a change meanwhile makes one more. A pass looks first and does only what is missing. One that
 * failed is tried again after a pause, or at once when the bus returns.
 */
import { assign, setup, stateIn } from "xstate";
import { pauseMs, type Backoff } from "@kubus/shared/machine/backoff.ts";
import { portActor } from "@kubus/shared/machine/port-actor.ts";

const keepBackoff: Backoff = { firstMs: 200, factor: 2, maxMs: 5_000 };

interface Duty {
  /** For people: `status default/web`. */
  readonly what: string;
  /** Looked at again after this long, even when nothing is said to have changed. */
  readonly intervalMs: number | undefined;
}

export const keeperMachine = setup({
  types: {
    input: {} as Duty,
    context: {} as Duty & { readonly failures: number },
    events: {} as { type: "something.changed" } | { type: "bus.returned" },
  },
  actors: { keep: portActor<unknown, undefined>("keep") },
  actions: {
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    forgetFailures: assign({ failures: 0 }),
  },
  guards: {
    changedMeanwhile: stateIn({ keeping: "outdated" }),
    returns: ({ context }) => context.intervalMs !== undefined,
  },
  delays: {
    backoff: ({ context }) => pauseMs(keepBackoff, context.failures),
    interval: ({ context }) => context.intervalMs ?? keepBackoff.maxMs,
  },
}).createMachine({
  id: "keeper",
  initial: "settled",
  context: ({ input }) => ({ ...input, failures: 0 }),
  states: {
    settled: { description: "It is as it should be.", on: { "something.changed": "keeping" } },
    resting: {
      description: "It is as it should be, and is looked at again in a while.",
      on: { "something.changed": "keeping" },
      after: { interval: "keeping" },
    },
    keeping: {
      initial: "current",
      states: {
        current: { on: { "something.changed": "outdated" } },
        outdated: { description: "Changed during the pass. Another one follows at once." },
      },
      invoke: {
        src: "keep",
        onError: { target: "backingOff", actions: "countFailure" },
        onDone: [
          { guard: "changedMeanwhile", target: "keeping", reenter: true, actions: "forgetFailures" },
          { guard: "returns", target: "resting", actions: "forgetFailures" },
          { target: "settled", actions: "forgetFailures" },
        ],
      },
    },
    backingOff: {
      description: "It could not be done.",
      on: { "bus.returned": "keeping" },
      after: { backoff: "keeping" },
    },
  },
});

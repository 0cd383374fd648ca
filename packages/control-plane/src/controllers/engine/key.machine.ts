/**
 * One actor per object key: the work queue of a controller, written as states.
 *
 * No key is reconciled twice at once, and no change is lost: one that arrives during a pass moves
 * `reconciling.current` to `reconciling.outdated`. The actor ends when nothing is left to look at.
 */
import { assign, setup, stateIn } from "xstate";
import { pauseMs, type Backoff } from "@kubus/shared/machine/backoff.ts";
import { portActor } from "@kubus/shared/machine/port-actor.ts";

/** What a pass came to. */
export interface Outcome {
  /**
   * - `settled`: all that was planned is done.
   * - `gone`: the object is no more, and nothing is left to do for it.
   * - `overtaken`: somebody else wrote first; what the plan was made from is old.
   */
  readonly result: "settled" | "gone" | "overtaken";
  /** Look again after so many milliseconds even if nothing changed. */
  readonly requeueAfterMs?: number;
}

export const keyLimits = {
  /**
   * The world failed. A change leads to another attempt at once, so a burst of changes soon has a long pause after it:
   * the first ones are short. client-go begins with 5 ms and ends with 1000 s, which is longer than anybody watches.
   */
  failure: { firstMs: 100, factor: 2, maxMs: 300_000 },
  /** The newer object is on its way to the cache, a few milliseconds away. */
  overtaken: { firstMs: 20, factor: 2, maxMs: 5_000 },
} as const satisfies Record<string, Backoff>;

const outcome = ({ event }: { event: { output: Outcome } }) => event.output;
const note = { type: "noteOutcome", params: outcome } as const;

export const keyMachine = setup({
  types: {
    input: {} as { readonly key: string },
    events: {} as { type: "object.changed" },
    context: {} as { readonly key: string; readonly failures: number; readonly requeueAfterMs: number },
  },
  actors: { reconcileKey: portActor<Outcome, { readonly key: string }>("reconcileKey") },
  actions: {
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    noteOutcome: assign((_, { requeueAfterMs = 0 }: Outcome) => ({ failures: 0, requeueAfterMs })),
  },
  guards: {
    changedMeanwhile: stateIn({ reconciling: "outdated" }),
    isGone: (_, { result }: Outcome) => result === "gone",
    wasOvertaken: (_, { result }: Outcome) => result === "overtaken",
    asksToReturn: (_, { requeueAfterMs }: Outcome) => requeueAfterMs !== undefined,
  },
  delays: {
    backoff: ({ context }) => pauseMs(keyLimits.failure, context.failures),
    afterConflict: ({ context }) => pauseMs(keyLimits.overtaken, context.failures),
    requeue: ({ context }) => context.requeueAfterMs,
  },
}).createMachine({
  id: "key",
  initial: "reconciling",
  context: ({ input: { key } }) => ({ key, failures: 0, requeueAfterMs: 0 }),
  states: {
    idle: {
      description: "What we last saw is what was asked for.",
      on: { "object.changed": "reconciling" },
    },
    reconciling: {
      description: "One pass is under way: observe, decide, act.",
      initial: "current",
      states: {
        current: { on: { "object.changed": "outdated" } },
        outdated: { description: "A change arrived during the pass. Another pass follows at once." },
      },
      invoke: {
        src: "reconcileKey",
        input: ({ context }) => ({ key: context.key }),
        onError: { target: "backingOff", actions: "countFailure" },
        onDone: [
          { guard: "changedMeanwhile", target: "reconciling", reenter: true, actions: note },
          { guard: { type: "isGone", params: outcome }, target: "gone" },
          {
            guard: { type: "wasOvertaken", params: outcome },
            target: "overtaken",
            actions: "countFailure",
          },
          { guard: { type: "asksToReturn", params: outcome }, target: "resting", actions: note },
          { target: "idle", actions: note },
        ],
      },
    },
    resting: {
      description: "Nothing to do until a known time, such as a deadline.",
      on: { "object.changed": "reconciling" },
      after: { requeue: "reconciling" },
    },
    overtaken: {
      description: "Somebody else wrote first. What they wrote is looked at next.",
      on: { "object.changed": "reconciling" },
      after: { afterConflict: "reconciling" },
    },
    backingOff: {
      description: "The last pass failed. A change is tried at once, the same again after a pause.",
      on: { "object.changed": "reconciling" },
      after: { backoff: "reconciling" },
    },
    gone: { description: "The object is no more; its actor ends.", type: "final" },
  },
});

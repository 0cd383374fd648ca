/**
 * One actor per volume of files: keeps them as their sources are, and tokens from growing old.
 *
 * It begins when the files are there; the pod waits for the first of them elsewhere. One write at a time; a change
 * meanwhile makes one more. What could not be written is tried again: the old files stay in place as long.
 */
import { assign, setup, stateIn } from "xstate";
import { pauseMs, type Backoff } from "@kubus/shared/machine/backoff.ts";
import { portActor } from "@kubus/shared/machine/port-actor.ts";

export const renewBackoff: Backoff = { firstMs: 1_000, factor: 2, maxMs: 60_000 };

/** Milliseconds until a token in it is to be renewed; undefined: nothing in it grows old. */
export type Due = number | undefined;

interface VolumeInput {
  /** For people: `default/web/config`. */
  readonly what: string;
  /** Zero: written by an earlier agent, nobody knows when. */
  readonly dueInMs: Due;
}

export const volumeMachine = setup({
  types: {
    input: {} as VolumeInput,
    context: {} as VolumeInput & { readonly failures: number },
    events: {} as { readonly type: "source.changed" } | { readonly type: "bus.returned" },
  },
  actors: { write: portActor<Due, undefined>("write") },
  actions: {
    noteWritten: assign((_, dueInMs: Due) => ({ dueInMs, failures: 0 })),
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
  },
  guards: {
    growsOld: ({ context }) => context.dueInMs !== undefined,
    changedMeanwhile: stateIn({ writing: "outdated" }),
  },
  delays: {
    due: ({ context }) => context.dueInMs ?? renewBackoff.maxMs,
    backoff: ({ context }) => pauseMs(renewBackoff, context.failures),
  },
}).createMachine({
  id: "volume",
  initial: "deciding",
  context: ({ input }) => ({ ...input, failures: 0 }),
  states: {
    deciding: { always: [{ guard: "growsOld", target: "fresh" }, { target: "steady" }] },
    steady: {
      description: "Its files are as their sources are.",
      on: { "source.changed": "writing" },
    },
    fresh: {
      description: "Its files are as their sources are; a token in it grows old.",
      on: { "source.changed": "writing" },
      after: { due: "writing" },
    },
    writing: {
      initial: "current",
      states: {
        current: { on: { "source.changed": "outdated" } },
        outdated: { description: "Changed during the write. Another one follows at once." },
      },
      invoke: {
        src: "write",
        onDone: [
          {
            guard: "changedMeanwhile",
            target: "writing",
            reenter: true,
            actions: { type: "noteWritten", params: ({ event }) => event.output },
          },
          { target: "deciding", actions: { type: "noteWritten", params: ({ event }) => event.output } },
        ],
        onError: { target: "stale", actions: "countFailure" },
      },
    },
    stale: {
      description: "A source could not be had. The files stay as they were.",
      on: { "bus.returned": "writing", "source.changed": "writing" },
      after: { backoff: "writing" },
    },
  },
});

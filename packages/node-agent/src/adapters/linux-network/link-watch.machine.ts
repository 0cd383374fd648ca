/**
 * Watches the board's own link for as long as the agent lives.
 *
 * The watching program may die; it is started again after a pause, and each start begins by looking.
 */
import { assign, setup } from "xstate";
import { pauseMs, type Backoff } from "@kubus/shared/machine/backoff.ts";
import { portActor } from "@kubus/shared/machine/port-actor.ts";

const watchBackoff: Backoff = { firstMs: 200, factor: 2, maxMs: 10_000 };

export const linkWatchMachine = setup({
  types: { context: {} as { readonly failures: number } },
  actors: { watch: portActor<undefined, undefined>("watch") },
  actions: { countFailure: assign({ failures: ({ context }) => context.failures + 1 }) },
  delays: { pause: ({ context }) => pauseMs(watchBackoff, context.failures) },
}).createMachine({
  id: "linkWatch",
  initial: "watching",
  context: { failures: 0 },
  states: {
    watching: {
      description: "Changes of the link are told as they happen.",
      invoke: {
        src: "watch",
        onDone: { target: "interrupted", actions: "countFailure" },
        onError: { target: "interrupted", actions: "countFailure" },
      },
    },
    interrupted: { description: "The watching program ended.", after: { pause: "watching" } },
  },
});

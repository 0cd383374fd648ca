/**
 * One actor per page: its WebSocket to the dashboard's server.
 *
 * It connects again by itself for as long as the page is open, sooner when the browser says that the network is back.
 */
import { assign, setup } from "xstate";
import { pauseMs, type Backoff } from "@kubus/shared/machine/backoff.ts";
import { portActor } from "@kubus/shared/machine/port-actor.ts";

const backoffTerms: Backoff = { firstMs: 250, factor: 1.6, maxMs: 5_000 };

export const connectionMachine = setup({
  types: {
    context: {} as { readonly attempt: number },
    events: {} as { type: "socket.opened" } | { type: "network.returned" },
  },
  actors: { converse: portActor<string, undefined>("converse") },
  actions: {
    countAttempt: assign({ attempt: ({ context }) => context.attempt + 1 }),
    forgetAttempts: assign({ attempt: 0 }),
    /** Provided when wired: the page shows in which state this is. */
    show: () => undefined,
  },
  delays: { backoff: ({ context }) => pauseMs(backoffTerms, context.attempt) },
}).createMachine({
  id: "page-connection",
  initial: "open",
  context: { attempt: 0 },
  states: {
    open: {
      description: "A WebSocket is there, or being made.",
      initial: "connecting",
      invoke: {
        src: "converse",
        input: undefined,
        onDone: { target: "away", actions: "countAttempt" },
        onError: { target: "away", actions: "countAttempt" },
      },
      states: {
        connecting: { on: { "socket.opened": "conversing" } },
        conversing: { entry: ["forgetAttempts", "show"] },
      },
    },
    away: {
      description: "The dashboard's server does not answer.",
      entry: "show",
      after: { backoff: "open" },
      on: { "network.returned": "open" },
    },
  },
});

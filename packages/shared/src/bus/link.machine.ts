/**
 * One actor per connection to the bus, from the first dial until it is closed.
 *
 * It never gives up: a server that is away, refuses us or speaks nonsense is tried again after a pause. Whoever uses
 * the link works on meanwhile. Reconnecting an established connection is the client library's own work.
 */
import { assign, setup } from "xstate";
import { portActor } from "../machine/port-actor.ts";
import { pauseMs } from "../machine/backoff.ts";

/** Between tries of the first connection, and of each later one. */
export const linkPauses = { firstMs: 100, factor: 1.5, maxMs: 1_000 } as const;

export type LinkEvent = { type: "link.lost" } | { type: "link.restored" } | { type: "link.closed" };

export const linkMachine = setup({
  types: {
    context: {} as { readonly failures: number },
    events: {} as LinkEvent,
  },
  actors: { dial: portActor<undefined, undefined>("dial") },
  actions: {
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    forgetFailures: assign({ failures: 0 }),
  },
  delays: { pause: ({ context }) => pauseMs(linkPauses, context.failures) },
}).createMachine({
  id: "link",
  description: "A connection to the bus.",
  initial: "dialling",
  context: { failures: 0 },
  states: {
    dialling: {
      description: "A first connection is being made.",
      invoke: {
        src: "dial",
        onDone: { target: "connected", actions: "forgetFailures" },
        onError: { target: "pausing", actions: "countFailure" },
      },
    },
    pausing: {
      description: "No server could be reached. Another try follows.",
      after: { pause: "dialling" },
    },
    connected: {
      on: { "link.lost": "disconnected", "link.closed": "pausing" },
    },
    disconnected: {
      description: "The connection broke. The client library reconnects.",
      on: { "link.restored": "connected", "link.closed": "pausing" },
    },
  },
});

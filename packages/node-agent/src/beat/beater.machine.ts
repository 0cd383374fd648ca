/**
 * One actor per agent: makes the board heard.
 *
 * It says hello until a server answers, then beats for as long as the agent lives: by UDP, and on the bus when it is
 * there. A bus that returns is greeted again (the fleet may have grown, servers may have changed); the beats go on
 * meanwhile with what was known before.
 */
import { assign, setup } from "xstate";
import type { HelloReply } from "@kubus/shared/bus/hello.ts";
import { pauseMs, type Backoff } from "@kubus/shared/machine/backoff.ts";
import { portActor } from "@kubus/shared/machine/port-actor.ts";

export const helloBackoff: Backoff = { firstMs: 100, factor: 2, maxMs: 2_000 };

interface Context {
  readonly terms: HelloReply | undefined;
  readonly attempt: number;
}

export const beaterMachine = setup({
  types: {
    context: {} as Context,
    events: {} as { type: "bus.returned" } | { type: "agent.stopping" },
  },
  actors: { sayHello: portActor<HelloReply, undefined>("sayHello") },
  actions: {
    /** Provided when wired: sends one beat on every path. */
    beat: () => undefined,
    noteTerms: assign((_, terms: HelloReply) => ({ terms, attempt: 0 })),
    countAttempt: assign({ attempt: ({ context }) => context.attempt + 1 }),
  },
  guards: { hasTerms: ({ context }) => context.terms !== undefined },
  delays: {
    interval: ({ context }) => context.terms?.beatIntervalMs ?? helloBackoff.maxMs,
    backoff: ({ context }) => pauseMs(helloBackoff, context.attempt),
  },
}).createMachine({
  id: "beater",
  type: "parallel",
  context: { terms: undefined, attempt: 0 },
  states: {
    acquaintance: {
      initial: "greeting",
      on: { "agent.stopping": ".leaving" },
      states: {
        greeting: {
          description: "Asks a server how to beat: key, interval, addresses.",
          invoke: {
            src: "sayHello",
            onDone: { target: "known", actions: { type: "noteTerms", params: ({ event }) => event.output } },
            onError: { target: "unanswered", actions: "countAttempt" },
          },
        },
        unanswered: { description: "No server answered.", after: { backoff: "greeting" } },
        known: { on: { "bus.returned": "greeting" } },
        leaving: { type: "final" },
      },
    },
    pulse: {
      initial: "quiet",
      on: { "agent.stopping": ".stopped" },
      states: {
        quiet: {
          description: "Nothing to sign beats with yet.",
          always: { guard: "hasTerms", target: "beating" },
        },
        beating: {
          entry: "beat",
          after: { interval: { target: "beating", reenter: true } },
        },
        stopped: { type: "final" },
      },
    },
  },
});

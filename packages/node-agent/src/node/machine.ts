/**
 * One actor per agent: the board's membership in the cluster, from registering to goodbye.
 *
 * A board whose Node was deleted while it lives registers again. Stopping is a goodbye, not an end: the pods go on.
 */
import { assign, setup } from "xstate";
import { pauseMs, type Backoff } from "@kubus/shared/machine/backoff.ts";
import { portActor } from "@kubus/shared/machine/port-actor.ts";

const registerBackoff: Backoff = { firstMs: 100, factor: 2, maxMs: 5_000 };

interface Context {
  readonly node: string;
  readonly failures: number;
}

export const nodeMachine = setup({
  types: {
    input: {} as { readonly node: string },
    context: {} as Context,
    events: {} as { type: "bus.returned" } | { type: "node.vanished" } | { type: "agent.stopping" },
  },
  actors: {
    register: portActor<unknown, undefined>("register"),
    sayGoodbye: portActor<unknown, undefined>("sayGoodbye"),
  },
  actions: {
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    forgetFailures: assign({ failures: 0 }),
  },
  delays: { backoff: ({ context }) => pauseMs(registerBackoff, context.failures) },
}).createMachine({
  id: "node",
  initial: "registering",
  context: ({ input }) => ({ ...input, failures: 0 }),
  on: { "agent.stopping": ".leaving" },
  states: {
    registering: {
      description: "Makes sure that the API has a Node of its name.",
      invoke: {
        src: "register",
        onDone: { target: "member", actions: "forgetFailures" },
        onError: { target: "awaitingServer", actions: "countFailure" },
      },
    },
    awaitingServer: {
      description: "No server took the registration. Pods that are here run on.",
      on: { "bus.returned": "registering" },
      after: { backoff: "registering" },
    },
    member: {
      description: "The API knows the board; its figures are kept up to date.",
      on: { "node.vanished": "registering" },
    },
    leaving: {
      description: "The agent stops in an orderly way; its pods go on.",
      on: { "agent.stopping": {} },
      invoke: {
        src: "sayGoodbye",
        onDone: "gone",
        // A goodbye that cannot be said is found out by its silence.
        onError: "gone",
      },
    },
    gone: { type: "final" },
  },
});

/**
 * One actor per list that the agent follows: its own pods, the nodes.
 *
 * It lists, then watches from there; a watch that ends goes on where it was, an expired one lists again. What was
 * listed before stays valid meanwhile: being cut off is no news about the objects.
 */
import { assign, setup } from "xstate";
import { pauseMs, type Backoff } from "@kubus/shared/machine/backoff.ts";
import { portActor } from "@kubus/shared/machine/port-actor.ts";

export const reflectorBackoff: Backoff = { firstMs: 100, factor: 2, maxMs: 5_000 };
/** A server that ends every watch at once must not be asked without pause. */
const rewatchMs = 100;

/** How a watch ended: in good order, or because what it asked for is too old. */
export type WatchEnd = "ended" | "expired";

interface Context {
  readonly what: string;
  readonly failures: number;
  /** In [0, 1): boards that lost the same server must not return in step. */
  readonly jitter: () => number;
}

export const reflectorMachine = setup({
  types: {
    input: {} as { readonly what: string; readonly jitter: () => number },
    context: {} as Context,
    events: {} as { type: "bus.returned" },
  },
  actors: {
    list: portActor<unknown, undefined>("list"),
    follow: portActor<WatchEnd, undefined>("follow"),
  },
  actions: {
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    forgetFailures: assign({ failures: 0 }),
  },
  guards: { isExpired: (_, end: WatchEnd) => end === "expired" },
  delays: {
    backoff: ({ context }) => pauseMs(reflectorBackoff, context.failures) * (0.5 + context.jitter()),
    breath: rewatchMs,
  },
}).createMachine({
  id: "reflector",
  initial: "listing",
  context: ({ input }) => ({ ...input, failures: 0 }),
  states: {
    listing: {
      invoke: {
        src: "list",
        onDone: { target: "watching", actions: "forgetFailures" },
        onError: { target: "listingLater", actions: "countFailure" },
      },
    },
    listingLater: {
      description: "The list was not to be had. What was known before stays.",
      on: { "bus.returned": "listing" },
      after: { backoff: "listing" },
    },
    watching: {
      invoke: {
        src: "follow",
        onDone: [
          { guard: { type: "isExpired", params: ({ event }) => event.output }, target: "listing" },
          { target: "resting", actions: "forgetFailures" },
        ],
        onError: { target: "watchingLater", actions: "countFailure" },
      },
    },
    resting: { description: "The server ended the watch in good order.", after: { breath: "watching" } },
    watchingLater: {
      description: "The watch broke. It goes on at the last revision seen.",
      on: { "bus.returned": "watching" },
      after: { backoff: "watching" },
    },
  },
});

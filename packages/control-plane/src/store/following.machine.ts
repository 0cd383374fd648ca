/**
 * One actor per follower of a store, from its first look until it leaves.
 *
 * It always knows the last revision it delivered and continues right behind it: after a lost connection, a gap or a
 * silence it subscribes anew. It never gives up.
 */
import { setup } from "xstate";
import { portActor } from "@kubus/shared/machine/port-actor.ts";

export const followingLimits = {
  /** The store gives a sign of life at least so often. */
  heartbeatMs: 1_000,
  /** Two signs missed: the subscription is dead. */
  silenceMaxMs: 2_500,
  pauseMs: 150,
} as const;

export type FollowingEvent = { type: "gap.found" } | { type: "link.lost" } | { type: "follower.left" };

export const followingMachine = setup({
  types: {
    input: {} as { readonly silentMs: () => number },
    context: {} as { readonly silentMs: () => number },
    events: {} as FollowingEvent,
  },
  actors: {
    awaitBus: portActor<undefined, undefined>("awaitBus"),
    /** Lists, or goes on behind what was delivered last. */
    subscribe: portActor<undefined, undefined>("subscribe"),
  },
  guards: { isAlive: ({ context }) => context.silentMs() < followingLimits.silenceMaxMs },
  delays: {
    untilSilent: ({ context }) => Math.max(0, followingLimits.silenceMaxMs - context.silentMs()),
    pause: followingLimits.pauseMs,
  },
}).createMachine({
  id: "following",
  description: "A follower of a store.",
  initial: "awaitingBus",
  context: ({ input }) => input,
  on: { "follower.left": ".left" },
  states: {
    awaitingBus: {
      description: "The bus is away.",
      invoke: { src: "awaitBus", onDone: "subscribing", onError: "pausing" },
    },
    subscribing: {
      description: "The store is asked to deliver what is not known yet.",
      on: { "link.lost": "pausing" },
      invoke: { src: "subscribe", onDone: "following", onError: "pausing" },
    },
    following: {
      description: "Every change arrives as it happens.",
      on: { "gap.found": "subscribing", "link.lost": "awaitingBus" },
      after: {
        untilSilent: [{ guard: "isAlive", target: "following", reenter: true }, { target: "subscribing" }],
      },
    },
    pausing: { description: "The store could not be followed just now.", after: { pause: "awaitingBus" } },
    left: { type: "final" },
  },
});

/**
 * One actor for all boards: the gentle moving of pods to a board that came (back).
 *
 * It moves one pod at a time and waits until its replacement is available; any trouble makes it pause. What a look
 * comes to is decided in stand.ts; here are the waits. It remembers nothing: the last move stands in a ConfigMap, so a
 * server that takes over goes on where the other one was.
 */
import { assign, setup } from "xstate";
import { newLife, rememberLook, type LifeContext, type Look } from "../../controllers/engine/life.ts";

type RebalancingEvent = Look & {
  readonly type: "boards.even" | "board.came" | "pod.moves" | "trouble.seen";
};

export const rebalancingMachine = setup({
  types: { context: {} as LifeContext, events: {} as RebalancingEvent },
  actions: { remember: assign(({ event }) => rememberLook(event)) },
  delays: { due: ({ context }) => context.dueInMs },
}).createMachine({
  id: "rebalancing",
  initial: "unseen",
  context: newLife,
  on: {
    "boards.even": { target: ".idle", actions: "remember" },
    "board.came": { target: ".calming", actions: "remember" },
    "pod.moves": { target: ".moving", actions: "remember" },
    "trouble.seen": { target: ".pausing", actions: "remember" },
  },
  states: {
    unseen: { description: "Nobody has looked at the boards yet." },
    idle: {
      description: "No board came lately, or no move would clearly help.",
      after: { due: "due" },
    },
    calming: {
      description: "A board came a moment ago. Whether it stays is seen first.",
      after: { due: "due" },
    },
    moving: {
      description: "A pod was asked to leave; its replacement is awaited before anything else is moved.",
      after: { due: "due" },
    },
    pausing: {
      description: "Something is in the way, or the last move went wrong: nothing is moved.",
      after: { due: "due" },
    },
    due: { description: "The time is up: the boards are looked at again." },
  },
});

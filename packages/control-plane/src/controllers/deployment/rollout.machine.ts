/**
 * One actor per Deployment: how its rollout fares.
 *
 * It follows what every pass sees and holds the one deadline: when nothing came nearer for `progressDeadlineSeconds`
 * it is stalled by itself, and the controller looks again and says so. It decides nothing: a rollout that is stalled or
 * hindered goes on trying. A server that takes over sees the same state at its first look.
 */
import { assign, setup } from "xstate";
import { newLife, rememberLook, type LifeContext, type Look } from "../engine/life.ts";

export type RolloutEvent = Look & {
  readonly type:
    | "rollout.paused"
    | "rollout.emptying"
    | "rollout.progressing"
    | "rollout.hindered"
    | "rollout.stalled"
    | "rollout.complete"
    | "rollout.resizing"
    | "rollout.recovering"
    | "rollout.ending";
};

export const rolloutMachine = setup({
  types: { context: {} as LifeContext, events: {} as RolloutEvent },
  actions: { remember: assign(({ event }) => rememberLook(event)) },
  delays: { progressDeadline: ({ context }) => context.dueInMs },
}).createMachine({
  id: "rollout",
  initial: "unseen",
  context: newLife,
  on: {
    "rollout.paused": { target: ".paused", actions: "remember" },
    "rollout.emptying": { target: ".emptying", actions: "remember" },
    "rollout.progressing": { target: ".progressing", actions: "remember" },
    "rollout.hindered": { target: ".hindered", actions: "remember" },
    "rollout.stalled": { target: ".stalled", actions: "remember" },
    "rollout.complete": { target: ".complete", actions: "remember" },
    "rollout.resizing": { target: ".resizing", actions: "remember" },
    "rollout.recovering": { target: ".recovering", actions: "remember" },
    "rollout.ending": { target: ".ending", actions: "remember" },
  },
  states: {
    unseen: { description: "Nobody has looked yet." },
    paused: { description: "Stopped by its owner: its size is followed, its template is not." },
    emptying: {
      description: "Waits for the last old pod to be gone; a new one may not run beside it (Recreate).",
      after: { progressDeadline: "stalled" },
    },
    progressing: {
      description: "Pods of the newest template take the places of the others, a few at a time.",
      after: { progressDeadline: "stalled" },
    },
    hindered: {
      description: "The API refuses what it needs, such as pods beyond a quota. It is tried again and again.",
      after: { progressDeadline: "stalled" },
    },
    stalled: { description: "Nothing came nearer for progressDeadlineSeconds. It goes on trying." },
    complete: { description: "All pods run the newest template, and are available." },
    resizing: { description: "Complete, and on its way to another number of pods." },
    recovering: { description: "Complete, but pods that were available are not; others take their places." },
    ending: { description: "Being deleted; its replica sets and pods follow it." },
  },
});

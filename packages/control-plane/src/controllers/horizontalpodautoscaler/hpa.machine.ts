/**
 * One actor per HorizontalPodAutoscaler: what came of the last look at its pods' load, and when the next one is due.
 *
 * Every state lasts until its 15 seconds are over; then the boards are asked again, and their answers say which state
 * comes next. It never sizes anything by itself, and a server that begins to lead begins by asking.
 */
import { assign, setup } from "xstate";
import { newLife, rememberLook, type LifeContext, type Look } from "../engine/life.ts";

type AutoscalerLook = Look & {
  readonly type:
    | "load.asked"
    | "size.set"
    | "size.fits"
    | "size.held"
    | "size.limited"
    | "load.unknown"
    | "target.missing"
    | "target.empty";
};

export const hpaMachine = setup({
  types: { context: {} as LifeContext, events: {} as AutoscalerLook },
  actions: { remember: assign(({ event }) => rememberLook(event)) },
  delays: { due: ({ context }) => context.dueInMs },
}).createMachine({
  id: "hpa",
  initial: "unseen",
  context: newLife,
  on: {
    "load.asked": { target: ".measuring", actions: "remember" },
    "size.set": { target: ".resized", actions: "remember" },
    "size.fits": { target: ".steady", actions: "remember" },
    "size.held": { target: ".stabilising", actions: "remember" },
    "size.limited": { target: ".limited", actions: "remember" },
    "load.unknown": { target: ".waitingForMetrics", actions: "remember" },
    "target.missing": { target: ".withoutTarget", actions: "remember" },
    "target.empty": { target: ".disabled", actions: "remember" },
  },
  states: {
    unseen: { description: "Nobody has looked at it yet." },
    measuring: { description: "The boards are being asked what its pods use." },
    resized: {
      description: "Its target was given a new size. The next figures will tell what that did.",
      after: { due: "measuring" },
    },
    steady: {
      description: "Its target has the size that the load asks for.",
      after: { due: "measuring" },
    },
    stabilising: {
      description: "The load asks for another size, and did not do so for long enough.",
      after: { due: "measuring" },
    },
    limited: {
      description: "The load asks for another size, and its bounds or its policies allow none.",
      after: { due: "measuring" },
    },
    waitingForMetrics: {
      description: "Nobody can tell what the pods use: the size stays.",
      after: { due: "measuring" },
    },
    withoutTarget: {
      description: "There is nothing of that name that can be sized.",
      after: { due: "measuring" },
    },
    disabled: {
      description: "Its target has the size zero: somebody switched it off.",
      after: { due: "measuring" },
    },
  },
});

/**
 * One actor per bootstrap token: how long machines may still join with it.
 *
 * Its end is this machine's deadline: when it passes the controller looks again and deletes the Secret. A token is
 * refused from its last moment on whether its Secret is gone or not; this only tidies up.
 */
import { assign, setup } from "xstate";
import { newLife, rememberLook, type LifeContext, type Look } from "../engine/life.ts";

type TokenLook = Look & { readonly type: "token.lasts" | "token.limited" | "token.ended" };

export const tokenMachine = setup({
  types: { context: {} as LifeContext, events: {} as TokenLook },
  actions: { remember: assign(({ event }) => rememberLook(event)) },
  delays: { due: ({ context }) => context.dueInMs },
}).createMachine({
  id: "token",
  initial: "unseen",
  context: newLife,
  on: {
    "token.lasts": { target: ".unlimited", actions: "remember" },
    "token.limited": { target: ".valid", actions: "remember" },
    "token.ended": { target: ".expired", actions: "remember" },
  },
  states: {
    unseen: { description: "Nobody has looked at it yet." },
    unlimited: { description: "It has no end: it is good until somebody deletes it." },
    valid: { description: "Machines may join with it until its end.", after: { due: "expired" } },
    expired: { description: "Nobody can join with it any more, and its Secret goes." },
  },
});

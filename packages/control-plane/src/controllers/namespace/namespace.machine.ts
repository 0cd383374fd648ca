/**
 * One actor per Namespace: whether it lives, and how far its deletion has come.
 *
 * It follows what is left in the namespace and says what that is. It has no deadlines: pods have their grace, and
 * whoever put a finalizer somewhere may take as long as they like.
 */
import { assign, setup } from "xstate";
import { newLife, rememberLook, type LifeContext, type Look } from "../engine/life.ts";

type NamespaceLook = Look & {
  readonly type:
    | "namespace.alive"
    | "pods.remain"
    | "content.remains"
    | "finalizers.remain"
    | "content.removed"
    | "namespace.held";
};

export const namespaceMachine = setup({
  types: { context: {} as LifeContext, events: {} as NamespaceLook },
  actions: { remember: assign(({ event }) => rememberLook(event)) },
}).createMachine({
  id: "namespace",
  initial: "unseen",
  context: newLife,
  on: {
    "namespace.alive": { target: ".active", actions: "remember" },
    "pods.remain": { target: ".endingPods", actions: "remember" },
    "content.remains": { target: ".emptying", actions: "remember" },
    "finalizers.remain": { target: ".awaitingFinalizers", actions: "remember" },
    "content.removed": { target: ".leaving", actions: "remember" },
    "namespace.held": { target: ".held", actions: "remember" },
  },
  states: {
    unseen: { description: "Nobody has looked at it yet." },
    active: { description: "Nobody asked for its deletion." },
    endingPods: { description: "It is being deleted: its pods end first, with their grace." },
    emptying: { description: "It is being deleted: its pods are gone, and the rest goes." },
    awaitingFinalizers: {
      description: "All that is left in it is deleted, too, and held by finalizers of somebody else.",
    },
    leaving: { description: "Nothing is left in it: it is let go." },
    held: { description: "It is empty, and held itself by a finalizer of somebody else." },
  },
});

/**
 * One actor per PersistentVolumeClaim: its way to a volume, and what is in the way.
 *
 * It follows what its controller sees and says for whom or what the claim waits. A claim gets one volume and keeps it:
 * the volume is told first and the claim last, so a controller that dies between two writes leaves a claim that the
 * next one finds on its way, never one with two volumes.
 */
import { assign, setup } from "xstate";
import { newLife, rememberLook, type LifeContext, type Look } from "../engine/life.ts";

export type ClaimLook = Look & {
  readonly type:
    | "claim.unmatched"
    | "claim.unconsumed"
    | "claim.ordered"
    | "claim.refused"
    | "claim.matched"
    | "claim.bound"
    | "claim.lost"
    | "claim.ending";
};

export const claimMachine = setup({
  types: { context: {} as LifeContext, events: {} as ClaimLook },
  actions: { remember: assign(({ event }) => rememberLook(event)) },
}).createMachine({
  id: "claim",
  initial: "unseen",
  context: newLife,
  on: {
    "claim.unmatched": { target: ".pending", actions: "remember" },
    "claim.unconsumed": { target: ".waitingForConsumer", actions: "remember" },
    "claim.ordered": { target: ".provisioning", actions: "remember" },
    "claim.refused": { target: ".refused", actions: "remember" },
    "claim.matched": { target: ".binding", actions: "remember" },
    "claim.bound": { target: ".bound", actions: "remember" },
    "claim.lost": { target: ".lost", actions: "remember" },
    "claim.ending": { target: ".ending", actions: "remember" },
  },
  states: {
    unseen: { description: "Not looked at yet." },
    pending: { description: "No volume fits, and nobody is asked to make one: somebody must create it." },
    waitingForConsumer: { description: "Its class waits for the board of the first pod that uses it." },
    provisioning: { description: "A volume is being made for it." },
    refused: { description: "Nobody can make what it asks for, or what it names does not suit it." },
    binding: { description: "Its volume is found and being given to it: the volume first, then the claim." },
    bound: { description: "It has its volume." },
    lost: { description: "It had a volume, which is gone or somebody else's now." },
    ending: { description: "It is deleted, and goes when no pod uses it any more." },
  },
});

/**
 * One actor per PersistentVolume: whose it is, and what becomes of it when nobody's claim has it any more.
 *
 * It follows what its controller sees. A volume whose policy is Delete goes only after its data is gone: where the board
 * that holds it is away, it waits and says so; what failed is tried again after a pause, which this machine holds.
 */
import { assign, setup } from "xstate";
import { newLife, rememberLook, type LifeContext, type Look } from "../engine/life.ts";

export type VolumeLook = Look & {
  readonly type:
    | "volume.available"
    | "volume.reserved"
    | "volume.bound"
    | "volume.kept"
    | "volume.used"
    | "volume.unreached"
    | "volume.reclaimed"
    | "volume.failed"
    | "volume.ending";
};

export const volumeMachine = setup({
  types: { context: {} as LifeContext, events: {} as VolumeLook },
  actions: { remember: assign(({ event }) => rememberLook(event)) },
  delays: { due: ({ context }) => context.dueInMs },
}).createMachine({
  id: "volume",
  initial: "unseen",
  context: newLife,
  on: {
    "volume.available": { target: ".available", actions: "remember" },
    "volume.reserved": { target: ".reserved", actions: "remember" },
    "volume.bound": { target: ".bound", actions: "remember" },
    "volume.kept": { target: ".released", actions: "remember" },
    "volume.used": { target: ".inUse", actions: "remember" },
    "volume.unreached": { target: ".awaitingBoard", actions: "remember" },
    "volume.reclaimed": { target: ".reclaiming", actions: "remember" },
    "volume.failed": { target: ".failed", actions: "remember" },
    "volume.ending": { target: ".ending", actions: "remember" },
  },
  states: {
    unseen: { description: "Not looked at yet." },
    available: { description: "Any claim that it fits may have it." },
    reserved: { description: "Somebody keeps it for a claim that has not come for it yet." },
    bound: { description: "A claim has it." },
    released: { description: "Its claim is gone; it and its data stay until somebody decides." },
    inUse: { description: "Its claim is gone, but a pod still uses it: its data stays as long." },
    awaitingBoard: {
      description: "Its data is to be deleted by a board that cannot be asked now.",
      after: { due: "retrying" },
    },
    reclaiming: { description: "Its data is being deleted, and then it." },
    failed: { description: "Its data could not be deleted.", after: { due: "retrying" } },
    retrying: { description: "The pause is over: the board is asked again." },
    ending: { description: "It is deleted, and goes when nothing holds it any more." },
  },
});

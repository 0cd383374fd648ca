/**
 * One actor per DaemonSet: what stands between it and a ready pod of the newest template on every board that fits.
 *
 * A board never has two of its pods unless the update surges, and a pod is not taken from a board that is silent: it
 * is there when the board returns. The actor follows what the controller sees; it holds `minReadySeconds` and the
 * pauses between pods that fail.
 */
import { assign, setup } from "xstate";
import { newLife, rememberLook, type LifeContext, type Look } from "../engine/life.ts";

export type DaemonSetEvent = Look & {
  readonly type:
    | "pod.missing"
    | "pod.surplus"
    | "pod.failed"
    | "pod.notReady"
    | "former.ending"
    | "template.old"
    | "update.held"
    | "board.none"
    | "set.complete"
    | "set.deleted";
};

/** A ready pod becomes available, or a pause is over: the controller looks again. */
const untilDue = { after: { due: "lookingAgain" } } as const;

export const daemonSetMachine = setup({
  types: { context: {} as LifeContext, events: {} as DaemonSetEvent },
  actions: { remember: assign(({ event }) => rememberLook(event)) },
  delays: { due: ({ context }) => context.dueInMs },
}).createMachine({
  id: "daemonset",
  initial: "unseen",
  context: newLife,
  on: {
    "pod.missing": { target: ".placing", actions: "remember" },
    "pod.surplus": { target: ".clearing", actions: "remember" },
    "pod.failed": { target: ".backingOff", actions: "remember" },
    "pod.notReady": { target: ".awaitingReady", actions: "remember" },
    "former.ending": { target: ".awaitingEnd", actions: "remember" },
    "template.old": { target: ".updating", actions: "remember" },
    "update.held": { target: ".held", actions: "remember" },
    "board.none": { target: ".withoutBoards", actions: "remember" },
    "set.complete": { target: ".steady", actions: "remember" },
    "set.deleted": { target: ".deleting", actions: "remember" },
  },
  states: {
    unseen: { description: "Nobody has looked yet." },
    placing: { ...untilDue, description: "A board that fits has no pod; it is made now." },
    clearing: { ...untilDue, description: "Pods go from boards that do not fit, or where there are two." },
    backingOff: {
      ...untilDue,
      description: "A pod failed again and again; the next one comes after a pause that grows.",
    },
    awaitingReady: { ...untilDue, description: "A pod is not ready, or not for long enough." },
    awaitingEnd: { ...untilDue, description: "A pod is ending; its board gets another when it has." },
    updating: { ...untilDue, description: "Some boards run a former template still." },
    held: {
      ...untilDue,
      description: "Some boards keep a former template until somebody deletes their pods.",
    },
    withoutBoards: { ...untilDue, description: "No board fits." },
    steady: { ...untilDue, description: "Every board that fits has its pod, ready, of the newest template." },
    lookingAgain: { description: "A time has come: the controller looks again." },
    deleting: { description: "It is deleted; its pods are the garbage collector's now." },
  },
});

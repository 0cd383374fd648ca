/**
 * One actor per StatefulSet: what stands between it and all its pods running the newest template.
 *
 * The set guarantees each identity at most once: web-0 is made only when no pod object of that name exists. A pod that
 * is ending is awaited however long it takes, on an unreachable board too; whoever wants it sooner must say so himself
 * (a forced deletion, or the board's removal). The actor follows what the controller sees and holds `minReadySeconds`.
 */
import { assign, setup } from "xstate";
import { newLife, rememberLook, type LifeContext, type Look } from "../engine/life.ts";

export type StatefulSetEvent = Look & {
  readonly type:
    | "pod.missing"
    | "pod.notReady"
    | "pod.surplus"
    | "template.old"
    | "update.held"
    | "former.ending"
    | "claim.ending"
    | "set.complete"
    | "set.deleted";
};

/** A ready pod becomes available: the controller counts again. */
const untilDue = { after: { due: "lookingAgain" } } as const;

export const statefulSetMachine = setup({
  types: { context: {} as LifeContext, events: {} as StatefulSetEvent },
  actions: { remember: assign(({ event }) => rememberLook(event)) },
  delays: { due: ({ context }) => context.dueInMs },
}).createMachine({
  id: "statefulset",
  initial: "unseen",
  context: newLife,
  on: {
    "pod.missing": { target: ".creating", actions: "remember" },
    "pod.notReady": { target: ".awaitingReady", actions: "remember" },
    "pod.surplus": { target: ".scalingDown", actions: "remember" },
    "template.old": { target: ".updating", actions: "remember" },
    "update.held": { target: ".held", actions: "remember" },
    "former.ending": { target: ".awaitingEnd", actions: "remember" },
    "claim.ending": { target: ".awaitingClaim", actions: "remember" },
    "set.complete": { target: ".steady", actions: "remember" },
    "set.deleted": { target: ".deleting", actions: "remember" },
  },
  states: {
    unseen: { description: "Nobody has looked yet." },
    creating: { ...untilDue, description: "An identity has no pod; it is made now." },
    awaitingReady: {
      ...untilDue,
      description: "A pod is not ready, or not for long enough; in order, all later ones wait for it.",
    },
    scalingDown: { ...untilDue, description: "There are more pods than asked for; the highest goes first." },
    updating: { ...untilDue, description: "Pods of a former template are ended, the highest first." },
    held: {
      ...untilDue,
      description:
        "Some pods keep a former template, because of the partition or until somebody deletes them.",
    },
    awaitingEnd: {
      ...untilDue,
      description: "A former holder of an identity has not ended. There is no second until it has.",
    },
    awaitingClaim: {
      ...untilDue,
      description: "A claim of a former pod is going; the new pod gets a new one.",
    },
    steady: { ...untilDue, description: "Every identity has its pod, ready, of the newest template." },
    lookingAgain: { description: "A time has come: the controller looks again." },
    deleting: { description: "It is deleted; its pods are the garbage collector's now." },
  },
});

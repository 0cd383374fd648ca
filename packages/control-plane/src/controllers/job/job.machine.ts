/**
 * One actor per Job: where it stands, as its controller's last look came to.
 *
 * It follows the looks and holds the two deadlines of a job: the pause after a failure, and how long the job may be
 * active. When one passes it moves on by itself and the controller looks again; what follows is decided there. It is
 * never saved: a control plane that starts looks, and is told the same.
 */
import { assign, setup } from "xstate";
import { newLife, rememberLook, type LifeContext, type Look } from "../engine/life.ts";

export type JobLook = Look & {
  readonly type:
    | "job.handedOver"
    | "job.suspended"
    | "job.worked"
    | "pod.failed"
    | "job.succeeded"
    | "job.gaveUp"
    | "job.completed"
    | "job.failed"
    | "job.deleted";
};

export const jobMachine = setup({
  types: { context: {} as LifeContext, events: {} as JobLook },
  actions: { remember: assign(({ event }) => rememberLook(event)) },
  delays: { due: ({ context }) => context.dueInMs },
}).createMachine({
  id: "job",
  initial: "unseen",
  context: newLife,
  on: {
    "job.handedOver": { target: ".managedElsewhere", actions: "remember" },
    "job.suspended": { target: ".suspended", actions: "remember" },
    "job.worked": { target: ".running", actions: "remember" },
    "pod.failed": { target: ".backingOff", actions: "remember" },
    "job.succeeded": { target: ".completing", actions: "remember" },
    "job.gaveUp": { target: ".failing", actions: "remember" },
    "job.completed": { target: ".complete", actions: "remember" },
    "job.failed": { target: ".failed", actions: "remember" },
    "job.deleted": { target: ".ending", actions: "remember" },
  },
  states: {
    unseen: { description: "Nobody has looked at it yet." },
    managedElsewhere: { description: "Somebody else brings it about (`spec.managedBy`)." },
    suspended: { description: "Its pods are ended, and none is made until it is resumed." },
    running: {
      description: "Its pods run or are about to. The deadline is `activeDeadlineSeconds`.",
      after: { due: "overdue" },
    },
    backingOff: {
      description: "Pods failed. The next one is made after a pause that doubles with every failure.",
      after: { due: "retrying" },
    },
    retrying: { description: "The pause is over; the next pod is about to be made." },
    overdue: { description: "It was active for longer than it may be, and is about to be given up." },
    completing: {
      description: "Enough pods succeeded. It waits until the last pod has ended and is counted.",
    },
    failing: { description: "It has failed for good. It waits until the last pod has ended and is counted." },
    complete: { description: "It has succeeded." },
    failed: { description: "It has failed, and its condition says why." },
    ending: { description: "It is deleted, and waits for its pods to go." },
  },
});

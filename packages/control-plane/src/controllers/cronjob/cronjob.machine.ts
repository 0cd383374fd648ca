/**
 * One actor per CronJob: what it waits for, as its controller's last look came to.
 *
 * It follows the looks and holds the time of the next run. When that comes it moves on by itself and the controller
 * looks again, which makes the job. It is never saved: a control plane that starts looks, and is told the same.
 */
import { assign, setup } from "xstate";
import { newLife, rememberLook, type LifeContext, type Look } from "../engine/life.ts";

export type CronJobLook = Look & {
  readonly type:
    | "run.awaited"
    | "run.came"
    | "run.held"
    | "job.started"
    | "schedule.refused"
    | "cronJob.suspended"
    | "cronJob.deleted";
};

export const cronJobMachine = setup({
  types: { context: {} as LifeContext, events: {} as CronJobLook },
  actions: { remember: assign(({ event }) => rememberLook(event)) },
  delays: { nextRun: ({ context }) => context.dueInMs },
}).createMachine({
  id: "cronJob",
  initial: "unseen",
  context: newLife,
  on: {
    "run.awaited": { target: ".waiting", actions: "remember" },
    "run.came": { target: ".due", actions: "remember" },
    "run.held": { target: ".heldBack", actions: "remember" },
    "job.started": { target: ".running", actions: "remember" },
    "schedule.refused": { target: ".unschedulable", actions: "remember" },
    "cronJob.suspended": { target: ".suspended", actions: "remember" },
    "cronJob.deleted": { target: ".ending", actions: "remember" },
  },
  states: {
    unseen: { description: "Nobody has looked at it yet." },
    waiting: { description: "No job of it runs. The next run is waited for.", after: { nextRun: "due" } },
    due: { description: "A run is due, and its job is about to be made." },
    running: { description: "A job of it runs. The next run is waited for.", after: { nextRun: "due" } },
    heldBack: {
      description: "A run is due, but the last job still runs and `concurrencyPolicy` is Forbid.",
      after: { nextRun: "due" },
    },
    suspended: { description: "No run is started until it is resumed." },
    unschedulable: {
      description: "Its schedule has no next run: it cannot be read, or names no day that exists.",
    },
    ending: { description: "It is deleted, and starts nothing any more." },
  },
});

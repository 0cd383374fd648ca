/**
 * One actor per controller: it works while this server leads, and only then.
 *
 * It begins to work when the cache holds everything, with a look at every key there is; when leadership is lost it
 * begins no new pass, and is back in `standingBy` when the last one has ended. Its keys are actors of their own
 * (key.machine.ts, roster.ts).
 */
import { fromCallback, setup, stateIn, type EventObject } from "xstate";
import { portActor } from "@kubus/shared/machine/port-actor.ts";

export type ControllerEvent = { type: "leadership.gained" } | { type: "leadership.lost" };

/** The hole for the work itself: follows the changes and wakes keys, until it is left. */
const work = fromCallback<EventObject>(() => {
  throw new Error('Nothing was provided for "work".');
});

export const controllerMachine = setup({
  types: { events: {} as ControllerEvent },
  actors: {
    awaitSync: portActor<unknown, undefined>("awaitSync"),
    work,
    drain: portActor<unknown, undefined>("drain"),
  },
  guards: { leadsAgain: stateIn({ draining: "returning" }) },
  delays: { drainTimeout: 10_000 },
}).createMachine({
  id: "controller",
  initial: "standingBy",
  states: {
    standingBy: {
      description: "Another server leads, or nobody does.",
      on: { "leadership.gained": "syncing" },
    },
    syncing: {
      description: "Waits until the cache holds everything that exists.",
      on: { "leadership.lost": "standingBy" },
      invoke: { src: "awaitSync", onDone: "leading" },
    },
    leading: {
      description: "Every change of what it watches wakes a key.",
      invoke: { src: "work" },
      on: { "leadership.lost": "draining" },
    },
    draining: {
      description: "Begins nothing any more; the passes under way stop before their next write.",
      initial: "resigning",
      states: {
        resigning: { on: { "leadership.gained": "returning" } },
        returning: {
          description: "Leads again, as soon as the old passes are through.",
          on: { "leadership.lost": "resigning" },
        },
      },
      invoke: {
        src: "drain",
        onDone: [{ guard: "leadsAgain", target: "syncing" }, { target: "standingBy" }],
      },
      after: { drainTimeout: [{ guard: "leadsAgain", target: "syncing" }, { target: "standingBy" }] },
    },
  },
});

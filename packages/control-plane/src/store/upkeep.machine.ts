/**
 * One actor per store: keeps what is over from piling up.
 *
 * Old tombstones go, and in a transient store what was not written for long is deleted, so that everybody learns that
 * it is gone. Every server may do it at the same time: each step is conditional.
 */
import { setup } from "xstate";
import { portActor } from "@kubus/shared/machine/port-actor.ts";

export const upkeepIntervalMs = 60_000;

export const upkeepMachine = setup({
  actors: { sweep: portActor<undefined, undefined>("sweep") },
  delays: { interval: upkeepIntervalMs },
}).createMachine({
  id: "upkeep",
  description: "Removes what is too old from a store.",
  initial: "resting",
  states: {
    resting: { description: "Nothing is too old yet, as far as we know.", after: { interval: "sweeping" } },
    sweeping: {
      description: "What is too old is being removed.",
      // What could not be removed now is tried again the next time.
      invoke: { src: "sweep", onDone: "resting", onError: "resting" },
    },
  },
});

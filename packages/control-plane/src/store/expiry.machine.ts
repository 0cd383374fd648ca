/** One actor per transient store: what was not written for long is deleted, so that everybody learns that it is gone. */
import { setup } from "xstate";
import { portActor } from "@kubus/shared/machine/port-actor.ts";

export const expiryIntervalMs = 60_000;

export const expiryMachine = setup({
  actors: { sweep: portActor<undefined, undefined>("sweep") },
  delays: { interval: expiryIntervalMs },
}).createMachine({
  id: "expiry",
  description: "Deletes what is too old in a transient store.",
  initial: "resting",
  states: {
    resting: { description: "Nothing is too old yet, as far as we know.", after: { interval: "sweeping" } },
    sweeping: {
      description: "What is too old is being deleted.",
      // What could not be deleted now is tried again the next time.
      invoke: { src: "sweep", onDone: "resting", onError: "resting" },
    },
  },
});

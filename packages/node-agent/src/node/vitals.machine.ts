/** One actor per agent: looks at the board's own figures every second, for as long as the agent lives. */
import { setup } from "xstate";
import { portActor } from "@kubus/shared/machine/port-actor.ts";
import { vitalsLimits } from "../limits.ts";

export const vitalsMachine = setup({
  types: { events: {} as { type: "agent.stopping" } },
  actors: { measure: portActor<unknown, undefined>("measure") },
  delays: { second: vitalsLimits.lookMs },
}).createMachine({
  id: "vitals",
  initial: "measuring",
  states: {
    measuring: {
      // A figure that cannot be read now may be there in a second.
      invoke: { src: "measure", onDone: "resting", onError: "resting" },
    },
    resting: { after: { second: "measuring" } },
  },
});

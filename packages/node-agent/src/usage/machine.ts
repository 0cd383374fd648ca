/** One actor per agent: looks at what the containers use every few seconds, for as long as the agent lives. */
import { setup } from "xstate";
import { portActor } from "@kubus/shared/machine/port-actor.ts";
import { usageLimits } from "../limits.ts";

export const usageMachine = setup({
  types: { events: {} as { type: "agent.stopping" } },
  actors: { measure: portActor<unknown, undefined>("measure") },
  delays: { pause: usageLimits.lookMs },
}).createMachine({
  id: "usage",
  initial: "measuring",
  states: {
    measuring: {
      // What cannot be measured now may be measured the next time.
      invoke: { src: "measure", onDone: "resting", onError: "resting" },
    },
    resting: { after: { pause: "measuring" } },
  },
});

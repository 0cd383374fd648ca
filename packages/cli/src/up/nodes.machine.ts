/**
 * Follows the cluster's nodes for as long as `up` runs: list, then watch, and again when that ends.
 *
 * What it sees goes to a listener (routes to pods, "all boards are Ready"). It never gives up: servers come and go.
 */
import { setup } from "xstate";
import { portActor } from "@kubus/shared/machine/port-actor.ts";

export const nodesMachine = setup({
  actors: { follow: portActor<undefined, undefined>("follow") },
  delays: { pause: 250 },
}).createMachine({
  id: "nodes",
  description: "The cluster's nodes as up sees them.",
  initial: "following",
  states: {
    following: {
      description: "Listed once, then watched until the connection ends.",
      invoke: { src: "follow", onDone: "pausing", onError: "pausing" },
    },
    pausing: { description: "The API did not answer or ended the watch.", after: { pause: "following" } },
  },
});

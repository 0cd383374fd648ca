/**
 * One actor per Node: how its board fares, as far as this server can tell.
 *
 * It follows the detector's verdicts and holds the one deadline that they do not know: how long an agent may be away
 * from a living board before its pods are moved. What its state means for the Node and its pods is decided in
 * reconcile.ts. It begins with knowing nothing, and changes nothing until it knows.
 */
import { setup } from "xstate";
import { nodeLimits } from "./life.ts";

export type NodeEvent =
  | { readonly type: "board.heard"; readonly canRunPods: boolean }
  | { readonly type: "board.doubted" }
  | { readonly type: "agent.left" }
  | { readonly type: "board.fellSilent" }
  | { readonly type: "observer.lostSight" };

export const nodeMachine = setup({
  types: { events: {} as NodeEvent, meta: {} as { ready: "True" | "False" | "Unknown" | "as it was" } },
  guards: { canRunPods: (_, { canRunPods }: { canRunPods: boolean }) => canRunPods },
  delays: { agentPatience: nodeLimits.agentStoppedMs },
}).createMachine({
  id: "node",
  initial: "unobserved",
  on: {
    "board.heard": [
      { guard: { type: "canRunPods", params: ({ event }) => event }, target: ".ready" },
      { target: ".joining" },
    ],
    "board.doubted": ".suspect",
    "agent.left": ".agentStopped",
    "board.fellSilent": ".unreachable",
    "observer.lostSight": ".unobserved",
  },
  states: {
    unobserved: {
      description: "This server cannot tell yet; everything stays as it was.",
      meta: { ready: "as it was" },
    },
    joining: {
      description: "The board is heard, but its agent cannot run pods yet.",
      meta: { ready: "False" },
    },
    ready: { description: "The board is heard and runs pods.", meta: { ready: "True" } },
    suspect: {
      description: "A few beats are missing. The board is being probed; nothing is done yet.",
      meta: { ready: "as it was" },
    },
    agentStopped: {
      description: "The board lives, its agent does not. Its pods go on; nothing new is placed there.",
      meta: { ready: "False" },
      // Told again it stays where it is: the patience counts from the first time.
      on: { "agent.left": {} },
      after: { agentPatience: "agentLost" },
    },
    agentLost: {
      description: "The agent has been away for too long: its pods are moved.",
      meta: { ready: "Unknown" },
      on: { "agent.left": {} },
    },
    unreachable: {
      description: "Silence on every path: its pods are moved, if another board is heard.",
      meta: { ready: "Unknown" },
    },
  },
});

/**
 * One actor per open dashboard: how fast it may be told, and whose actors it looks at.
 *
 * A slow page never makes the server hold more than a bound. A board that cannot be reached is asked again after a
 * pause, for as long as somebody looks at it.
 */
import { assign, setup } from "xstate";
import { portActor } from "@kubus/shared/machine/port-actor.ts";

/** The name under which a control plane's own actors are asked for. */
export const ownActors = "server";

interface Context {
  /** A node's name, or `ownActors`. */
  readonly where: string;
  /** Why the board's actors cannot be seen. */
  readonly problem: string;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const sessionMachine = setup({
  types: {
    context: {} as Context,
    events: {} as { type: "receiver.fellBehind" } | { type: "actors.chosen"; where: string },
  },
  actors: {
    followServer: portActor<"ended", { readonly where: string }>("followServer"),
    followNode: portActor<"ended", { readonly where: string }>("followNode"),
  },
  actions: {
    noteChoice: assign({ where: (_, where: string) => where }),
    /** Provided when wired: sends what waits. */
    flush: () => undefined,
    noteProblem: assign({ problem: (_, { error }: { readonly error: unknown }) => messageOf(error) }),
    /** Provided when wired: tells the page why there is nothing to see. */
    tellProblem: () => undefined,
  },
  guards: {
    /** Provided when wired. */
    hasRoom: () => true,
    isOwn: ({ context }) => context.where === ownActors,
  },
  delays: { breath: 50, pause: 2_000 },
}).createMachine({
  id: "feed-session",
  type: "parallel",
  context: { where: ownActors, problem: "" },
  states: {
    delivery: {
      initial: "flowing",
      states: {
        flowing: {
          description: "Every change goes out at once.",
          on: { "receiver.fellBehind": "congested" },
        },
        congested: {
          description: "The page does not keep up; only the newest of each thing is kept for it.",
          after: {
            breath: [
              { guard: "hasRoom", target: "flowing", actions: "flush" },
              { target: "congested", reenter: true },
            ],
          },
        },
      },
    },
    actors: {
      initial: "unwatched",
      on: {
        "actors.chosen": {
          target: ".chosen",
          actions: { type: "noteChoice", params: ({ event }) => event.where },
        },
      },
      states: {
        unwatched: { description: "Nobody looks at actors." },
        chosen: { always: [{ guard: "isOwn", target: "watchingServer" }, { target: "watchingNode" }] },
        watchingServer: {
          description: "This control plane's own actors, as they change.",
          invoke: { src: "followServer", input: ({ context }) => context },
        },
        watchingNode: {
          description: "A board's actors, over a channel on the bus.",
          invoke: {
            src: "followNode",
            input: ({ context }) => context,
            onDone: "awaitingNode",
            onError: {
              target: "awaitingNode",
              actions: [
                { type: "noteProblem", params: ({ event }) => ({ error: event.error }) },
                "tellProblem",
              ],
            },
          },
        },
        awaitingNode: {
          description: "The board does not answer, or its agent ended.",
          after: { pause: "watchingNode" },
        },
      },
    },
  },
});

/**
 * One actor per process that must run: the bus, a server, a board's agent.
 *
 * It is started, watched, and started again when it ends by itself, with growing pauses; a while of calm makes the
 * pauses short again. Asked to stop, it is stopped and stays so until asked to start. When its machine is lost (a power
 * cut), it is gone without having been asked.
 */
import { assign, setup, stateIn } from "xstate";
import { pauseMs, type Backoff } from "@kubus/shared/machine/backoff.ts";
import { portActor } from "@kubus/shared/machine/port-actor.ts";
import type { ProcessIdentity } from "../cluster/journal.ts";

/** The first restart follows at once: an agent that crashed must not become a board that is missed. */
export const childBackoff: Backoff = { firstMs: 50, factor: 2, maxMs: 10_000 };

export const childLimits = { calmMs: 10_000, stopGraceMs: 5_000 } as const;

interface ChildContext {
  readonly name: string;
  readonly process: ProcessIdentity | undefined;
  readonly failures: number;
}

export const childMachine = setup({
  types: {
    input: {} as { readonly name: string },
    context: {} as ChildContext,
    events: {} as { type: "start.requested" } | { type: "stop.requested" } | { type: "machine.lost" },
  },
  actors: {
    launch: portActor<ProcessIdentity, { readonly name: string }>("launch"),
    awaitExit: portActor<undefined, ProcessIdentity | undefined>("awaitExit"),
    stop: portActor<undefined, ProcessIdentity | undefined>("stop"),
  },
  actions: {
    noteProcess: assign({ process: (_, process: ProcessIdentity) => process }),
    noteExit: assign({ process: undefined, failures: ({ context }) => context.failures + 1 }),
    noteCalm: assign({ failures: 0 }),
    forget: assign({ process: undefined, failures: 0 }),
  },
  guards: {
    isUnwanted: stateIn({ starting: "unwanted" }),
    isWantedAgain: stateIn({ stopping: "toStartAgain" }),
  },
  delays: {
    pause: ({ context }) => pauseMs(childBackoff, context.failures),
    calm: childLimits.calmMs,
  },
}).createMachine({
  id: "child",
  description: "A process that must run.",
  context: ({ input }) => ({ name: input.name, process: undefined, failures: 0 }),
  initial: "stopped",
  states: {
    stopped: {
      description: "It does not run and nobody wants it to.",
      on: { "start.requested": "starting" },
    },
    starting: {
      initial: "wanted",
      states: {
        wanted: { on: { "stop.requested": "unwanted", "machine.lost": "unwanted" } },
        unwanted: {
          description: "Asked to stop while it starts: it is stopped as soon as it has a pid.",
          on: { "start.requested": "wanted" },
        },
      },
      invoke: {
        src: "launch",
        input: ({ context }) => ({ name: context.name }),
        onDone: [
          {
            guard: "isUnwanted",
            target: "stopping",
            actions: { type: "noteProcess", params: ({ event }) => event.output },
          },
          { target: "running", actions: { type: "noteProcess", params: ({ event }) => event.output } },
        ],
        onError: [
          { guard: "isUnwanted", target: "stopped", actions: "forget" },
          { target: "backingOff", actions: "noteExit" },
        ],
      },
    },
    running: {
      initial: "fresh",
      states: {
        fresh: { after: { calm: { target: "calm", actions: "noteCalm" } } },
        calm: { description: "It has run for a while." },
      },
      invoke: {
        src: "awaitExit",
        input: ({ context }) => context.process,
        onDone: { target: "backingOff", actions: "noteExit" },
        onError: { target: "backingOff", actions: "noteExit" },
      },
      on: { "stop.requested": "stopping", "machine.lost": { target: "stopped", actions: "forget" } },
    },
    backingOff: {
      description: "It ended by itself, or could not be started.",
      on: {
        "start.requested": "starting",
        "stop.requested": { target: "stopped", actions: "forget" },
        "machine.lost": { target: "stopped", actions: "forget" },
      },
      after: { pause: "starting" },
    },
    stopping: {
      description: "It was asked to end; it is killed when it takes too long.",
      initial: "forGood",
      states: {
        forGood: { on: { "start.requested": "toStartAgain" } },
        toStartAgain: { on: { "stop.requested": "forGood" } },
      },
      invoke: {
        src: "stop",
        input: ({ context }) => context.process,
        onDone: [
          { guard: "isWantedAgain", target: "starting", actions: "forget" },
          { target: "stopped", actions: "forget" },
        ],
        onError: { target: "stopped", actions: "forget" },
      },
    },
  },
});

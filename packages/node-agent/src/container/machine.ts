/**
 * One actor per container of a pod on this board, from first look to last exit.
 *
 * The machine is never saved. It begins by looking, and whenever it cannot tell what is true it looks again, so an
 * agent that restarts adopts what already runs. Each state's `meta` is what kubectl shows for it. After
 * `pod.deleted` nothing starts any more.
 */
import { assign, setup } from "xstate";
import type { ContainerStatus } from "@kubus/shared/api/pod.ts";
import { pauseMs } from "@kubus/shared/machine/backoff.ts";
import { portActor } from "@kubus/shared/machine/port-actor.ts";
import type { Exit, Running } from "../ports/runtime.ts";
import {
  crashesAfter,
  imageBackoff,
  restartPauseMs,
  runtimeBackoff,
  wantsRestart,
  type Found,
  type PastRun,
  type RestartRule,
} from "./restart.ts";
import { problemOf, type Problem } from "./problem.ts";

export interface ContainerPlan {
  readonly podUid: string;
  readonly name: string;
  readonly image: string;
  readonly role: "main" | "init" | "sidecar";
  readonly restartRule: RestartRule;
  readonly graceMs: number;
  /** What the API last said about it; `undefined` for a pod that is new. */
  readonly remembered: ContainerStatus | undefined;
}

/** What the outside sees of a container in some state. */
export interface ContainerFace {
  /** `as before`: nothing new is known, the last word stands. */
  readonly shows: "waiting" | "running" | "terminated" | "as before";
  readonly reason?: string;
}

/** One try to start, run or stop: what its port needs to know. */
export interface Attempt {
  readonly plan: ContainerPlan;
  readonly attempt: number;
}

export interface ContainerContext extends Attempt {
  readonly graceMs: number;
  readonly imageId: string | undefined;
  readonly running: Running | undefined;
  readonly run: PastRun | undefined;
  readonly previous: PastRun | undefined;
  readonly problem: Problem | undefined;
  /** Unhappy ends in a row: of the process, of the image, of the runtime's answers. */
  readonly crashes: number;
  readonly pulls: number;
  readonly failures: number;
}

export type ContainerEvent =
  { readonly type: "pod.deleted"; readonly graceMs: number } | { readonly type: "liveness.failed" };

/** How long a refused image shows why before it shows that it waits. */
const noticeMs = 2_000;

const attempt = ({ context: { plan, attempt } }: { context: ContainerContext }): Attempt => ({
  plan,
  attempt,
});
const output = <T>({ event }: { event: { output: T } }): T => event.output;
const error = ({ event }: { event: { error: unknown } }): unknown => event.error;

export const containerMachine = setup({
  types: {
    input: {} as ContainerPlan,
    context: {} as ContainerContext,
    events: {} as ContainerEvent,
    meta: {} as ContainerFace,
  },
  actors: {
    inspect: portActor<Found, ContainerPlan>("inspect"),
    pull: portActor<{ readonly imageId: string }, ContainerPlan>("pull"),
    start: portActor<Running, Attempt>("start"),
    awaitExit: portActor<Exit, Attempt>("awaitExit"),
    stop: portActor<Exit | undefined, Attempt & { readonly graceMs: number }>("stop"),
  },
  actions: {
    noteFound: assign(({ context }, found: Found) => ({
      attempt: Math.max(found.attempt, context.attempt),
      running: found.running,
      run: found.run,
      previous: found.previous,
      crashes: found.crashes,
      failures: 0,
    })),
    noteImage: assign((_, { imageId }: { readonly imageId: string }) => ({
      imageId,
      pulls: 0,
      problem: undefined,
    })),
    noteRunning: assign((_, running: Running) => ({ running, problem: undefined, failures: 0 })),
    noteExit: assign(({ context }, exit: Exit | undefined) => ({
      running: undefined,
      run: exit === undefined ? context.run : { ...exit, attempt: context.attempt },
    })),
    countCrash: assign({
      crashes: ({ context: { crashes, run } }) =>
        run === undefined ? crashes + 1 : crashesAfter(crashes, run),
    }),
    /** What ran is history; the same number is never started twice. */
    beginAnew: assign(({ context: { run, previous, attempt } }) => ({
      attempt: run === undefined ? attempt : attempt + 1,
      previous: run ?? previous,
      run: undefined,
    })),
    noteProblem: assign((_, failure: unknown) => ({ problem: problemOf(failure) })),
    countPull: assign({ pulls: ({ context }) => context.pulls + 1 }),
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    noteGrace: assign((_, graceMs: number) => ({ graceMs })),
  },
  guards: {
    isRunning: (_, { now }: Found) => now === "running",
    hasExited: (_, { now }: Found) => now === "exited",
    isRefusal: (_, failure: unknown) => problemOf(failure).isRefusal,
    wantsRestart: ({ context: { plan, run } }) => run === undefined || wantsRestart(plan.restartRule, run),
    isShorter: ({ context }, graceMs: number) => graceMs < context.graceMs,
  },
  delays: {
    patience: ({ context }) => pauseMs(runtimeBackoff, context.failures),
    notice: noticeMs,
    imageBackoff: ({ context }) => pauseMs(imageBackoff, context.pulls) - noticeMs,
    restartBackoff: ({ context }) => restartPauseMs(context.crashes),
  },
}).createMachine({
  id: "container",
  initial: "inspecting",
  context: ({ input: plan }) => ({
    plan,
    attempt: plan.remembered?.restartCount ?? 0,
    graceMs: plan.graceMs,
    imageId: undefined,
    running: undefined,
    run: undefined,
    previous: undefined,
    problem: undefined,
    crashes: 0,
    pulls: 0,
    failures: 0,
  }),
  output: ({ context }) => context.run,
  on: {
    "pod.deleted": {
      target: ".stopping",
      actions: { type: "noteGrace", params: ({ event }) => event.graceMs },
    },
  },
  states: {
    inspecting: {
      meta: { shows: "as before", reason: "ContainerCreating" },
      description: "Looks for what already runs or has ended.",
      invoke: {
        src: "inspect",
        input: ({ context }) => context.plan,
        onDone: [
          {
            guard: { type: "isRunning", params: output },
            target: "running",
            actions: { type: "noteFound", params: output },
          },
          {
            guard: { type: "hasExited", params: output },
            target: "deciding",
            actions: { type: "noteFound", params: output },
          },
          { target: "pulling", actions: { type: "noteFound", params: output } },
        ],
        onError: { target: "unsure", actions: ["countFailure", { type: "noteProblem", params: error }] },
      },
    },
    unsure: {
      meta: { shows: "as before", reason: "RuntimeUnavailable" },
      description: "The runtime did not answer. Nothing may be assumed.",
      after: { patience: "inspecting" },
    },
    pulling: {
      meta: { shows: "waiting", reason: "ContainerCreating" },
      description: "Its image is being made ready.",
      invoke: {
        src: "pull",
        input: ({ context }) => context.plan,
        onDone: { target: "starting", actions: { type: "noteImage", params: output } },
        onError: { target: "awaitingImage", actions: ["countPull", { type: "noteProblem", params: error }] },
      },
    },
    awaitingImage: {
      initial: "refused",
      states: {
        refused: { meta: { shows: "waiting", reason: "ErrImagePull" }, after: { notice: "backingOff" } },
        backingOff: { meta: { shows: "waiting", reason: "ImagePullBackOff" } },
      },
      description: "The image could not be had; it is tried again.",
      after: { imageBackoff: "pulling" },
    },
    starting: {
      meta: { shows: "waiting", reason: "ContainerCreating" },
      invoke: {
        src: "start",
        input: attempt,
        onDone: { target: "running", actions: { type: "noteRunning", params: output } },
        onError: [
          {
            guard: { type: "isRefusal", params: error },
            target: "awaitingStart",
            actions: ["countFailure", { type: "noteProblem", params: error }],
          },
          { target: "unsure", actions: ["countFailure", { type: "noteProblem", params: error }] },
        ],
      },
    },
    awaitingStart: {
      meta: { shows: "waiting", reason: "CreateContainerError" },
      description: "It cannot be started as it is asked for; the reason is shown.",
      after: { patience: "starting" },
    },
    running: {
      meta: { shows: "running" },
      on: { "liveness.failed": "restarting" },
      invoke: {
        src: "awaitExit",
        input: attempt,
        onDone: { target: "deciding", actions: { type: "noteExit", params: output } },
        onError: { target: "unsure", actions: ["countFailure", { type: "noteProblem", params: error }] },
      },
    },
    restarting: {
      meta: { shows: "running" },
      description: "It failed its liveness probe and is being stopped.",
      invoke: {
        src: "stop",
        input: ({ context: { plan, attempt } }) => ({ plan, attempt, graceMs: plan.graceMs }),
        onDone: { target: "deciding", actions: { type: "noteExit", params: output } },
        onError: { target: "unsure", actions: ["countFailure", { type: "noteProblem", params: error }] },
      },
    },
    deciding: {
      meta: { shows: "terminated" },
      always: [
        { guard: "wantsRestart", target: "awaitingRestart", actions: "countCrash" },
        { target: "exited" },
      ],
    },
    awaitingRestart: {
      meta: { shows: "waiting", reason: "CrashLoopBackOff" },
      description: "It ended and starts again after a pause that grows with each crash.",
      after: { restartBackoff: { target: "pulling", actions: "beginAnew" } },
    },
    stopping: {
      initial: "asking",
      meta: { shows: "running" },
      description: "The pod is deleted. Nothing may start from here on.",
      on: {
        "pod.deleted": [
          {
            guard: { type: "isShorter", params: ({ event }) => event.graceMs },
            target: ".asking",
            reenter: true,
            actions: { type: "noteGrace", params: ({ event }) => event.graceMs },
          },
          {},
        ],
      },
      states: {
        asking: {
          meta: { shows: "running" },
          invoke: {
            src: "stop",
            input: ({ context: { plan, attempt, graceMs } }) => ({ plan, attempt, graceMs }),
            onDone: { target: "#container.exited", actions: { type: "noteExit", params: output } },
            onError: {
              target: "askingLater",
              actions: ["countFailure", { type: "noteProblem", params: error }],
            },
          },
        },
        askingLater: {
          meta: { shows: "running" },
          description: "The runtime did not answer.",
          after: { patience: "asking" },
        },
      },
    },
    exited: { meta: { shows: "terminated" }, type: "final" },
  },
});

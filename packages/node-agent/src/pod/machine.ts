/**
 * One actor per pod of this board, from the first look to its confirmed end.
 *
 * It begins by making sure of what should be there, so a restarted agent finds its pods and goes on. A pod that is
 * deleted starts nothing more; the API hears of its end only after everything of it is gone from the board.
 */
import { assign, enqueueActions, setup, type ActorRefFrom } from "xstate";
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { pauseMs, type Backoff } from "@kubus/shared/machine/backoff.ts";
import { portActor } from "@kubus/shared/machine/port-actor.ts";
import { containerMachine, type ContainerPlan } from "../container/machine.ts";
import { problemOf, type Problem } from "../container/problem.ts";
import { runtimeBackoff } from "../container/restart.ts";
import type { Sandbox } from "../ports/runtime.ts";
import { isOfVolume } from "../volume/failure.ts";
import { objections } from "./admission.ts";
import {
  allOver,
  containerPlans,
  graceMsOf,
  initFailed,
  initIsThrough,
  lastInitIsThrough,
  wasFinished,
} from "./progress.ts";

export type ContainerRef = ActorRefFrom<typeof containerMachine>;

export interface PodInput {
  readonly pod: Pod;
  /** Whether this board mounts volumes. */
  readonly canMount: boolean;
}

export interface PodContext extends PodInput {
  readonly sandbox: Sandbox | undefined;
  readonly init: readonly ContainerRef[];
  readonly main: readonly ContainerRef[];
  readonly problem: Problem | undefined;
  readonly failures: number;
  readonly graceMs: number;
}

/** The grace period of this end; a later one may be shorter. */
type PodEvent =
  | { readonly type: "pod.deleted"; readonly graceMs: number }
  | { readonly type: "bus.returned" }
  | { readonly type: "source.changed" };

/** What a volume shows is often made in the same moment as its pod. */
const volumeBackoff: Backoff = { firstMs: 100, factor: 2, maxMs: 30_000 };
const confirmBackoff: Backoff = { firstMs: 200, factor: 2, maxMs: 10_000 };

/** Children are shown to people: `container default/web/nginx`. */
const spawning = (pod: Pod, plan: ContainerPlan) => ({
  id: plan.name,
  systemId: `container ${keyOf(pod)}/${plan.name}`,
  input: plan,
  syncSnapshot: true,
});

const error = ({ event }: { event: { error: unknown } }): unknown => event.error;
const noteFailure = ["countFailure", { type: "noteProblem", params: error }] as const;
const thePod = ({ context }: { context: PodContext }) => context.pod;

export const podMachine = setup({
  types: { input: {} as PodInput, context: {} as PodContext, events: {} as PodEvent },
  actors: {
    container: containerMachine,
    ensureSandbox: portActor<Sandbox, Pod>("ensureSandbox"),
    release: portActor<unknown, Pod>("release"),
    confirm: portActor<unknown, Pod>("confirm"),
  },
  actions: {
    noteSandbox: assign((_, sandbox: Sandbox) => ({ sandbox, problem: undefined, failures: 0 })),
    forgetSandbox: assign({ sandbox: undefined, problem: undefined, failures: 0 }),
    noteProblem: assign((_, failure: unknown) => ({ problem: problemOf(failure) })),
    noteObjections: assign({
      problem: ({ context }) => ({
        reason: "NotSupported",
        message: objections(context.pod, context.canMount).join(" "),
        isRefusal: true,
      }),
    }),
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    noteGrace: assign((_, graceMs: number) => ({ graceMs })),
    spawnNextInit: assign({
      init: ({ context: { pod, init }, spawn }) => {
        const plan = containerPlans(pod).init[init.length];
        if (plan === undefined) return init;
        return [...init, spawn("container", spawning(pod, plan))];
      },
    }),
    spawnMain: assign({
      main: ({ context: { pod, main }, spawn }) =>
        containerPlans(pod).main.map((plan, i) => main[i] ?? spawn("container", spawning(pod, plan))),
    }),
    /** Also those that this actor never started: an agent before it may have. */
    spawnAll: assign(({ context: { pod, init, main }, spawn }) => {
      const plans = containerPlans(pod);
      const living = (refs: readonly ContainerRef[], all: typeof plans.main) =>
        all.map((plan, i) => refs[i] ?? spawn("container", spawning(pod, plan)));
      return { init: living(init, plans.init), main: living(main, plans.main) };
    }),
    stopContainers: enqueueActions(({ context: { init, main, graceMs }, enqueue }) => {
      for (const ref of [...init, ...main]) enqueue.sendTo(ref, { type: "pod.deleted", graceMs });
    }),
  },
  guards: {
    isDeleted: ({ context }) => context.pod.metadata.deletionTimestamp !== undefined,
    isUnsupported: ({ context }) => objections(context.pod, context.canMount).length > 0,
    wasFinished: ({ context }) => wasFinished(context.pod),
    initFailed: ({ context }) => initFailed(context),
    initIsThrough: ({ context }) => initIsThrough(context),
    nextInitIsDue: ({ context }) => lastInitIsThrough(context),
    mainIsOver: ({ context }) => context.main.length > 0 && allOver(context.main),
    allIsOver: ({ context }) => allOver(context.init) && allOver(context.main),
    isShorter: ({ context }, graceMs: number) => graceMs < context.graceMs,
  },
  delays: {
    patience: ({ context }) => pauseMs(runtimeBackoff, context.failures),
    preparePatience: ({ context: { problem, failures } }) =>
      pauseMs(problem !== undefined && isOfVolume(problem) ? volumeBackoff : runtimeBackoff, failures),
    confirmBackoff: ({ context }) => pauseMs(confirmBackoff, context.failures),
  },
}).createMachine({
  id: "pod",
  initial: "arriving",
  context: ({ input: { pod, canMount } }) => ({
    pod,
    canMount,
    sandbox: undefined,
    init: [],
    main: [],
    problem: undefined,
    failures: 0,
    graceMs: graceMsOf(pod),
  }),
  on: {
    "pod.deleted": {
      target: ".terminating",
      actions: { type: "noteGrace", params: ({ event }) => event.graceMs },
    },
  },
  states: {
    arriving: {
      description: "New to this agent: it may be new to the board, or have run here for long.",
      always: [
        { guard: "isDeleted", target: "terminating" },
        { guard: "wasFinished", target: "finishing" },
        { guard: "isUnsupported", target: "refused", actions: "noteObjections" },
        { target: "sandboxing" },
      ],
    },
    refused: { description: "It asks for something that this agent cannot do; the reason is shown." },
    sandboxing: {
      description: "Its namespaces, network, cgroup and volumes are made, or found.",
      initial: "preparing",
      states: {
        preparing: {
          invoke: {
            src: "ensureSandbox",
            input: thePod,
            onDone: {
              target: "#pod.initialising",
              actions: { type: "noteSandbox", params: ({ event }) => event.output },
            },
            onError: { target: "backingOff", actions: noteFailure },
          },
        },
        backingOff: {
          on: { "source.changed": "preparing", "bus.returned": "preparing" },
          after: { preparePatience: "preparing" },
        },
      },
    },
    initialising: {
      description: "Init containers run one after the other.",
      entry: "spawnNextInit",
      always: [
        { guard: "initFailed", target: "finishing" },
        { guard: "initIsThrough", target: "running" },
        { guard: "nextInitIsDue", target: "initialising", reenter: true },
      ],
    },
    running: {
      description: "Its containers live their own lives.",
      entry: "spawnMain",
      always: { guard: "mainIsOver", target: "finishing" },
    },
    finishing: {
      description: "It will not run again; what is left of it on the board goes.",
      entry: "stopContainers",
      initial: "awaitingSidecars",
      states: {
        awaitingSidecars: { always: { guard: "allIsOver", target: "releasing" } },
        releasing: {
          invoke: {
            src: "release",
            input: thePod,
            onDone: { target: "#pod.finished" },
            onError: { target: "backingOff", actions: noteFailure },
          },
        },
        backingOff: { after: { patience: "releasing" } },
      },
    },
    finished: {
      description: "Succeeded or failed for good. Its logs stay until it is deleted.",
      entry: "forgetSandbox",
    },
    terminating: {
      description: "Deleted: its containers are asked to stop, then made to.",
      entry: ["spawnAll", "stopContainers"],
      on: {
        "pod.deleted": [
          {
            guard: { type: "isShorter", params: ({ event }) => event.graceMs },
            actions: [{ type: "noteGrace", params: ({ event }) => event.graceMs }, "stopContainers"],
          },
          {},
        ],
      },
      always: { guard: "allIsOver", target: "removing" },
    },
    removing: {
      description: "Nothing of it runs; its namespaces, network and cgroup go.",
      initial: "releasing",
      on: { "pod.deleted": {} },
      states: {
        releasing: {
          invoke: {
            src: "release",
            input: thePod,
            onDone: { target: "#pod.confirming" },
            onError: { target: "backingOff", actions: noteFailure },
          },
        },
        backingOff: { after: { patience: "releasing" } },
      },
    },
    confirming: {
      description: "Nothing of it is left here; the API is told so.",
      entry: "forgetSandbox",
      initial: "telling",
      on: { "pod.deleted": {} },
      states: {
        telling: {
          invoke: {
            src: "confirm",
            input: thePod,
            onDone: { target: "#pod.gone" },
            onError: { target: "backingOff", actions: noteFailure },
          },
        },
        backingOff: { on: { "bus.returned": "telling" }, after: { confirmBackoff: "telling" } },
      },
    },
    gone: { type: "final" },
  },
});

/**
 * One actor per pod without a board: from its first look at the boards to its binding.
 *
 * It never gives up and never hurries: after a refusal it waits for a change that may help, but at least the pause of its
 * back-off. It is never saved: an actor that begins looks, and finds victims that leave and claims that are being bound
 * where another one left them.
 */
import { assign, setup, stateIn } from "xstate";
import { pauseMs, type Backoff } from "@kubus/shared/machine/backoff.ts";
import { portActor } from "@kubus/shared/machine/port-actor.ts";
import type { Decision } from "./decide.ts";
import { whyOf } from "./placement/why.ts";

export const placementLimits = {
  /** kube-scheduler's own pauses. */
  backoff: { firstMs: 1_000, factor: 2, maxMs: 10_000 },
  /** A look without any change, in case one was missed: kube-scheduler's own span. */
  patienceMs: 5 * 60_000,
  /** How long claims may take to be bound (kube-scheduler's `bindTimeoutSeconds`). */
  volumesMs: 10 * 60_000,
} as const satisfies Record<string, number | Backoff>;

/**
 * `gone`: the pod is no longer ours to place. `lost`: whoever makes volumes took the board back, and another one must be
 * chosen.
 */
export type VolumesSeen = "bound" | "waiting" | "lost" | "gone";

/** What went wrong on the way to the board that was chosen. */
export interface Setback {
  readonly key: string;
  readonly why: string;
}

interface Context {
  readonly key: string;
  readonly attempts: number;
  readonly decision: Decision;
  readonly why: string;
}

const decided = ({ event }: { event: { output: Decision } }) => event.output;
const seen = ({ event }: { event: { output: VolumesSeen } }) => event.output;
const failure = ({ event }: { event: { error: unknown } }) => String(event.error);
const decision = ({ context }: { context: Context }) => context.decision;
const note = { type: "noteDecision", params: decided } as const;
const failed = [{ type: "noteFailure", params: failure } as const, "countAttempt" as const];

export const placementMachine = setup({
  types: {
    input: {} as { readonly key: string },
    events: {} as { type: "object.changed" },
    context: {} as Context,
  },
  actors: {
    decide: portActor<Decision, { readonly key: string }>("decide"),
    preempt: portActor<unknown, Decision>("preempt"),
    selectNode: portActor<VolumesSeen, Decision>("selectNode"),
    seeVolumes: portActor<VolumesSeen, Decision>("seeVolumes"),
    bind: portActor<unknown, Decision>("bind"),
    explain: portActor<unknown, Decision>("explain"),
    stepBack: portActor<unknown, Setback>("stepBack"),
  },
  actions: {
    noteDecision: assign((_, decision: Decision) => ({ decision, why: whyOf(decision) })),
    noteFailure: assign((_, why: string) => ({ why })),
    noteLostBoard: assign({ why: "the board that was chosen cannot have the pod's volumes" }),
    noteTimeout: assign({ why: "binding volumes: context deadline exceeded" }),
    countAttempt: assign({ attempts: ({ context }) => context.attempts + 1 }),
  },
  guards: {
    hasBoard: (_, one: Decision) => one.type === "bind" && one.claims.length === 0,
    needsVolumes: (_, one: Decision) => one.type === "bind" && one.claims.length > 0,
    mayDriveAway: (_, { type }: Decision) => type === "preempt",
    awaitsVictims: (_, { type }: Decision) => type === "awaitVictims",
    isNotOurs: (_, { type }: Decision) => type === "none",
    isGated: (_, { type }: Decision) => type === "gated",
    areBound: (_, one: VolumesSeen) => one === "bound",
    areAwaited: (_, one: VolumesSeen) => one === "waiting",
    isGone: (_, one: VolumesSeen) => one === "gone",
    changedMeanwhile: stateIn({ waiting: "outdated" }),
    changedWhileCooling: stateIn({ unschedulable: { cooling: "outdated" } }),
  },
  delays: {
    backoff: ({ context }) => pauseMs(placementLimits.backoff, context.attempts),
    patience: placementLimits.patienceMs,
    volumePatience: placementLimits.volumesMs,
  },
}).createMachine({
  id: "placement",
  initial: "waiting",
  context: ({ input: { key } }) => ({
    key,
    attempts: 0,
    decision: { type: "none" },
    why: "in line for a decision",
  }),
  states: {
    waiting: {
      id: "waiting",
      description: "In line for a decision.",
      initial: "current",
      states: {
        current: { on: { "object.changed": "outdated" } },
        outdated: { description: "Something changed meanwhile: a refusal may be no longer true." },
      },
      invoke: {
        src: "decide",
        input: ({ context }) => ({ key: context.key }),
        onDone: [
          { guard: { type: "hasBoard", params: decided }, target: "binding", actions: note },
          { guard: { type: "needsVolumes", params: decided }, target: "selectingNode", actions: note },
          { guard: { type: "mayDriveAway", params: decided }, target: "preempting", actions: note },
          { guard: { type: "awaitsVictims", params: decided }, target: "awaitingVictims", actions: note },
          { guard: { type: "isGated", params: decided }, target: "gated", actions: note },
          { guard: { type: "isNotOurs", params: decided }, target: "settled" },
          { guard: "changedMeanwhile", target: "#outdated", actions: [note, "countAttempt"] },
          { target: "unschedulable", actions: [note, "countAttempt"] },
        ],
        onError: { target: "backingOff", actions: failed },
      },
    },
    preempting: {
      description: "A board is promised to the pod; those that must leave it are told to.",
      invoke: {
        src: "preempt",
        input: decision,
        // Looks again: some may be gone already.
        onDone: "waiting",
        onError: { target: "backingOff", actions: failed },
      },
    },
    awaitingVictims: {
      description:
        "Others leave the board that was promised to the pod; each that is gone leads to the next look.",
      invoke: { src: "explain", input: decision, onError: {} },
      on: { "object.changed": "waiting" },
      after: { patience: "waiting" },
    },
    selectingNode: {
      description:
        "A board is chosen; the pod's claims are told, so that their volumes are made or found there.",
      invoke: {
        src: "selectNode",
        input: decision,
        onDone: [
          { guard: { type: "areBound", params: seen }, target: "binding" },
          { target: "awaitingVolumes" },
        ],
        onError: { target: "backingOff", actions: failed },
      },
    },
    awaitingVolumes: {
      description: "The pod's claims are being bound to volumes that its board reaches.",
      initial: "looking",
      states: {
        looking: {
          invoke: {
            src: "seeVolumes",
            input: decision,
            onDone: [
              { guard: { type: "areBound", params: seen }, target: "#binding" },
              { guard: { type: "areAwaited", params: seen }, target: "watching" },
              { guard: { type: "isGone", params: seen }, target: "#settled" },
              { target: "#backingOff", actions: ["noteLostBoard", "countAttempt"] },
            ],
            onError: { target: "#backingOff", actions: failed },
          },
        },
        watching: { description: "Not all of them are bound yet." },
      },
      on: { "object.changed": ".looking" },
      after: { volumePatience: { target: "backingOff", actions: ["noteTimeout", "countAttempt"] } },
    },
    binding: {
      id: "binding",
      description: "A board is chosen; the binding is being written.",
      invoke: {
        src: "bind",
        input: decision,
        onDone: "settled",
        onError: { target: "backingOff", actions: failed },
      },
    },
    unschedulable: {
      description: "No board takes the pod. Its events and its condition say why.",
      invoke: { src: "explain", input: decision, onError: {} },
      initial: "cooling",
      states: {
        cooling: {
          description: "Not again before the pause is over.",
          initial: "current",
          states: {
            current: { on: { "object.changed": "outdated" } },
            outdated: {
              id: "outdated",
              description: "Something changed meanwhile. The next look follows the pause at once.",
            },
          },
          after: { backoff: [{ guard: "changedWhileCooling", target: "#waiting" }, { target: "watching" }] },
        },
        watching: {
          description: "A change in the cluster that may help leads to the next look.",
          on: { "object.changed": "#waiting" },
          after: { patience: "#waiting" },
        },
      },
    },
    gated: {
      description: "Somebody holds the pod back by a scheduling gate.",
      on: { "object.changed": "waiting" },
    },
    backingOff: {
      id: "backingOff",
      description:
        "The way to the board that was chosen failed. The board is free for others; a pause precedes the next look.",
      invoke: {
        src: "stepBack",
        input: ({ context: { key, why } }) => ({ key, why }),
        onError: {},
      },
      after: { backoff: "waiting" },
    },
    settled: { id: "settled", description: "Bound, or no longer ours to place.", type: "final" },
  },
});

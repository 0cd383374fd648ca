/**
 * One actor per pod without a board: from its first look at the boards to its binding.
 *
 * It never gives up and never hurries: after a refusal it waits for a change in the cluster, but at least the pause of
 * its back-off. The state says what the pod waits for.
 */
import { assign, setup, stateIn } from "xstate";
import { pauseMs, type Backoff } from "@kubus/shared/machine/backoff.ts";
import { portActor } from "@kubus/shared/machine/port-actor.ts";
import type { Decision } from "./decide.ts";

export const placementLimits = {
  /** kube-scheduler's own pauses. */
  backoff: { firstMs: 1_000, factor: 2, maxMs: 10_000 },
  /** A look without any change, in case one was missed: kube-scheduler's own span. */
  patienceMs: 5 * 60_000,
} as const satisfies Record<string, number | Backoff>;

interface Context {
  readonly key: string;
  readonly attempts: number;
  readonly decision: Decision;
}

const decided = ({ event }: { event: { output: Decision } }) => event.output;
const note = { type: "noteDecision", params: decided } as const;
const decision = ({ context }: { context: Context }) => context.decision;

export const placementMachine = setup({
  types: {
    input: {} as { readonly key: string },
    events: {} as { type: "object.changed" },
    context: {} as Context,
  },
  actors: {
    decide: portActor<Decision, { readonly key: string }>("decide"),
    bind: portActor<unknown, Decision>("bind"),
    explain: portActor<unknown, Decision>("explain"),
  },
  actions: {
    noteDecision: assign((_, decision: Decision) => ({ decision })),
    countAttempt: assign({ attempts: ({ context }) => context.attempts + 1 }),
  },
  guards: {
    hasBoard: (_, { type }: Decision) => type === "bind",
    fitsNowhere: (_, { type }: Decision) => type === "unschedulable",
    isGated: (_, { type }: Decision) => type === "gated",
    changedMeanwhile: stateIn({ unschedulable: { cooling: "outdated" } }),
  },
  delays: {
    backoff: ({ context }) => pauseMs(placementLimits.backoff, context.attempts),
    patience: placementLimits.patienceMs,
  },
}).createMachine({
  id: "placement",
  initial: "waiting",
  context: ({ input: { key } }) => ({ key, attempts: 0, decision: { type: "none" } }),
  states: {
    waiting: {
      id: "waiting",
      description: "In line for a decision.",
      invoke: {
        src: "decide",
        input: ({ context }) => ({ key: context.key }),
        onDone: [
          { guard: { type: "hasBoard", params: decided }, target: "binding", actions: note },
          {
            guard: { type: "fitsNowhere", params: decided },
            target: "unschedulable",
            actions: [note, "countAttempt"],
          },
          { guard: { type: "isGated", params: decided }, target: "gated" },
          { target: "settled" },
        ],
        onError: { target: "backingOff", actions: "countAttempt" },
      },
    },
    binding: {
      description: "A board is chosen; the binding is being written.",
      invoke: {
        src: "bind",
        input: decision,
        onDone: "settled",
        onError: { target: "backingOff", actions: "countAttempt" },
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
              description: "Something changed meanwhile. The next look follows the pause at once.",
            },
          },
          after: { backoff: [{ guard: "changedMeanwhile", target: "#waiting" }, { target: "watching" }] },
        },
        watching: {
          description: "Any change in the cluster that may help leads to the next look.",
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
      description: "The binding could not be written, or the pod changed meanwhile.",
      after: { backoff: "waiting" },
    },
    settled: { description: "Bound, or no longer ours to place.", type: "final" },
  },
});

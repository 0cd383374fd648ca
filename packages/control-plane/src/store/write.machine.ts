/**
 * One actor per write whose fate is not known yet, or that could not be sent.
 *
 * A write is tried again only under its own name and on the same base, so it is never applied twice. The actor ends
 * with what became of it: written, overtaken, or `unknown` when the deadline came first and nobody can tell.
 */
import { assign, setup } from "xstate";
import { portActor } from "@kubus/shared/machine/port-actor.ts";
import { storeLimits, type Revision } from "./store.ts";

/** What one attempt, or one look, has shown. */
export type Sighting =
  | { readonly how: "written"; readonly revision: Revision }
  /** Somebody else wrote on the same base: ours can never be applied. */
  | { readonly how: "overtaken" }
  /** Others wrote since, and ours may have been among what is gone. */
  | { readonly how: "undecidable" }
  /** Nothing was written yet, so it may be tried (again). */
  | { readonly how: "untouched" }
  /** It was certainly not taken: no leader, no stream, no connection. */
  | { readonly how: "refused" }
  /** It was sent, and no answer came. */
  | { readonly how: "doubtful" };

export type Fate =
  | { readonly how: "written"; readonly revision: Revision }
  | { readonly how: "overtaken" | "unknown" | "unsent" };

interface Context {
  /** Whether some attempt may have been applied though nobody said so. */
  readonly certainty: "unsent" | "doubtful";
  readonly fate: Fate | undefined;
}

const pauseMs = 100;
const sighting = ({ event }: { readonly event: { readonly output: Sighting } }) => event.output;
const settled = { target: "settled", actions: { type: "noteFate", params: sighting } } as const;

export const writeMachine = setup({
  types: {
    input: {} as { readonly first: "refused" | "doubtful" },
    context: {} as Context,
    output: {} as Fate,
  },
  actors: {
    awaitBus: portActor<undefined, undefined>("awaitBus"),
    publish: portActor<Sighting, undefined>("publish"),
    look: portActor<Sighting, undefined>("look"),
  },
  actions: {
    noteFate: assign({ fate: ({ context }, seen: Sighting) => fateOf(seen, context.certainty) }),
    noteDoubt: assign({ certainty: "doubtful" }),
  },
  guards: {
    tellsFate: ({ context }, seen: Sighting) => fateOf(seen, context.certainty) !== undefined,
    isUntouched: (_, seen: Sighting) => seen.how === "untouched",
    /** A conflict may be one with our own earlier self, if there was one. */
    isFinal: ({ context }, seen: Sighting) =>
      seen.how === "written" || (seen.how === "overtaken" && context.certainty === "unsent"),
    isDoubtful: (_, seen: Sighting) => seen.how === "doubtful",
  },
  delays: { pause: pauseMs, deadline: storeLimits.deadlineMs },
}).createMachine({
  id: "write",
  description: "A write whose outcome is not known yet.",
  initial: "awaitingBus",
  context: ({ input }) => ({
    certainty: input.first === "doubtful" ? "doubtful" : "unsent",
    fate: undefined,
  }),
  output: ({ context }) => context.fate ?? { how: context.certainty === "unsent" ? "unsent" : "unknown" },
  after: { deadline: ".tooLate" },
  states: {
    awaitingBus: {
      description: "The bus is away.",
      invoke: { src: "awaitBus", onDone: "looking", onError: "pausing" },
    },
    looking: {
      description: "What the store holds under this key tells whether the write was applied.",
      invoke: {
        src: "look",
        onDone: [
          { guard: { type: "tellsFate", params: sighting }, ...settled },
          { guard: { type: "isUntouched", params: sighting }, target: "publishing" },
          { target: "pausing" },
        ],
        onError: "pausing",
      },
    },
    publishing: {
      description: "It was not applied so far. It is sent again, under its own name.",
      invoke: {
        src: "publish",
        onDone: [
          { guard: { type: "isFinal", params: sighting }, ...settled },
          { guard: { type: "isDoubtful", params: sighting }, target: "pausing", actions: "noteDoubt" },
          { target: "pausing" },
        ],
        onError: { target: "pausing", actions: "noteDoubt" },
      },
    },
    pausing: { description: "The store could not tell.", after: { pause: "awaitingBus" } },
    settled: { type: "final" },
    tooLate: { type: "final", description: "The deadline came first." },
  },
});

function fateOf(seen: Sighting, certainty: Context["certainty"]): Fate | undefined {
  if (seen.how === "written" || seen.how === "overtaken") return seen;
  if (seen.how !== "undecidable") return undefined;
  return { how: certainty === "doubtful" ? "unknown" : "overtaken" };
}

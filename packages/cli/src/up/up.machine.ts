/**
 * The life of one `kubus up`, from the first line to the last.
 *
 * Whatever happens in between, it ends in `gone`, after everything that was made has been removed: a request to end
 * is honoured in every state, and what is under way is aborted and undone.
 */
import { assign, setup } from "xstate";
import { portActor } from "@kubus/shared/machine/port-actor.ts";

const reasonOf = ({ event }: { readonly event: { readonly error: unknown } }) => ({ reason: event.error });

export const upMachine = setup({
  types: {
    context: {} as { readonly failure: unknown },
    events: {} as { type: "end.requested" },
    output: {} as { readonly failure: unknown },
  },
  actors: {
    raise: portActor<undefined, undefined>("raise"),
    lower: portActor<undefined, undefined>("lower"),
  },
  actions: {
    noteFailure: assign((_, { reason }: { readonly reason: unknown }) => ({ failure: reason })),
  },
}).createMachine({
  id: "up",
  description: "One run of kubus up.",
  context: { failure: undefined },
  initial: "raising",
  output: ({ context }) => ({ failure: context.failure }),
  states: {
    raising: {
      description: "Machines, bus, servers and agents are being started; then it waits until all are ready.",
      invoke: {
        src: "raise",
        onDone: "standing",
        onError: { target: "lowering", actions: { type: "noteFailure", params: reasonOf } },
      },
      on: { "end.requested": "lowering" },
    },
    standing: {
      description: "The cluster runs. Its processes are watched by their own actors.",
      on: { "end.requested": "lowering" },
    },
    lowering: {
      description: "Everything that was made is being removed.",
      invoke: {
        src: "lower",
        onDone: "gone",
        onError: { target: "gone", actions: { type: "noteFailure", params: reasonOf } },
      },
    },
    gone: { type: "final" },
  },
});

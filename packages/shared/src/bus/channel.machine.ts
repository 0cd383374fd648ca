/**
 * One actor per end of a channel.
 *
 * It knows which directions are over and whether the peer still lives. A peer that was not heard for a while is asked;
 * one that does not answer is taken for gone, and the channel is broken. Frames do not wake it: at its deadlines it
 * looks when the peer was heard last.
 */
import { and, assign, setup, stateIn } from "xstate";
import { channelLimits } from "./channel.ts";

const { pingAfterMs, silenceMaxMs } = channelLimits;

export interface ChannelInput {
  /** Milliseconds since the peer was heard last. */
  readonly silentMs: () => number;
  readonly ask: () => void;
}

interface Context extends ChannelInput {
  readonly reason: string | undefined;
}

export type ChannelEvent =
  { type: "sending.ended" } | { type: "receiving.ended" } | { type: "channel.broken"; reason: string };

export const channelMachine = setup({
  types: { input: {} as ChannelInput, context: {} as Context, events: {} as ChannelEvent },
  actions: {
    askPeer: ({ context }) => context.ask(),
    noteReason: assign({ reason: (_, reason: string) => reason }),
  },
  guards: {
    heardLately: ({ context }) => context.silentMs() < pingAfterMs,
    heardMeanwhile: ({ context }) => context.silentMs() < silenceMaxMs,
    bothEnded: and([stateIn({ open: { sending: "ended" } }), stateIn({ open: { receiving: "ended" } })]),
  },
  delays: {
    untilQuestion: ({ context }) => Math.max(0, pingAfterMs - context.silentMs()),
    untilVerdict: ({ context }) => Math.max(0, silenceMaxMs - context.silentMs()),
  },
}).createMachine({
  id: "channel",
  description: "One end of a channel on the bus.",
  initial: "open",
  context: ({ input }) => ({ ...input, reason: undefined }),
  states: {
    open: {
      type: "parallel",
      always: { guard: "bothEnded", target: "ended" },
      on: {
        "channel.broken": {
          target: "broken",
          actions: { type: "noteReason", params: ({ event }) => event.reason },
        },
      },
      states: {
        sending: {
          initial: "flowing",
          states: { flowing: { on: { "sending.ended": "ended" } }, ended: {} },
        },
        receiving: {
          initial: "flowing",
          states: { flowing: { on: { "receiving.ended": "ended" } }, ended: {} },
        },
        peer: {
          initial: "heard",
          states: {
            heard: {
              description: "The peer was heard lately.",
              after: {
                untilQuestion: [
                  { guard: "heardLately", target: "heard", reenter: true },
                  { target: "asked", actions: "askPeer" },
                ],
              },
            },
            asked: {
              description: "The peer was silent for a while and has been asked whether it is there.",
              after: {
                untilVerdict: [
                  { guard: "heardMeanwhile", target: "heard" },
                  {
                    target: "#channel.broken",
                    actions: { type: "noteReason", params: "The other side fell silent." },
                  },
                ],
              },
            },
          },
        },
      },
    },
    ended: { type: "final", description: "Both directions came to their end." },
    broken: { type: "final", description: "Something was lost; neither direction can be trusted any more." },
  },
});

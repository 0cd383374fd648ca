/**
 * Channels on any bus: how they are opened and accepted. What flows on them is channel-end.ts's business.
 *
 * A channel lies beside the subject that it was opened on, so it belongs to the same board.
 */
import { systemRandom } from "../chance/system-random.ts";
import type { Random } from "../chance/random.ts";
import type { ActorRegistry } from "../machine/registry.ts";
import type { Clock } from "../time/clock.ts";
import { systemClock } from "../time/system-clock.ts";
import type { Bus, Message } from "./bus.ts";
import { ChannelEnd } from "./channel-end.ts";
import type { Channel, ChannelOptions, Channels } from "./channel.ts";
import { decodeAnswer, decodeOpening, encodeAnswer, encodeOpening } from "./channel-frame.ts";

interface Tools {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: Random;
  readonly registry: ActorRegistry | undefined;
}

/**
 * Implements channel.ts. An acceptor refuses by throwing before it first waits for something; what it throws later
 * resets the channel. With a registry, each end of a channel is shown among the process' actors.
 */
export function channelsOn(
  bus: Bus,
  options: { readonly clock?: Clock; readonly random?: Random; readonly registry?: ActorRegistry } = {},
): Channels {
  const { clock = systemClock, random = systemRandom, registry } = options;
  const tools: Tools = { bus, clock, random, registry };
  return {
    open: (how) => open(tools, how),
    accept: (subject, accept, how = {}) =>
      bus.subscribe(subject, (message) => void answer(tools, message, accept), how),
  };
}

async function open(tools: Tools, { subject, prefix, opening, ...how }: ChannelOptions): Promise<Channel> {
  const channel = `${prefix}.${tools.random.uuid()}`;
  const end = new ChannelEnd({ ...tools, channel, side: "opener" });
  try {
    const reply = await tools.bus.request(subject, encodeOpening({ channel, payload: opening }), how);
    const verdict = decodeAnswer(reply);
    if (!verdict.accepted) throw new Error(verdict.reason);
    return end;
  } catch (error) {
    end.reset("The opener gave up.");
    throw error;
  }
}

type Accept = Parameters<Channels["accept"]>[1];

async function answer(tools: Tools, message: Message, accept: Accept): Promise<void> {
  const opening = decodeOpening(message.payload, message.subject);
  if (opening === undefined) {
    message.respond(encodeAnswer({ accepted: false, reason: "This opens no channel of its sender." }));
    return;
  }
  const { channel, payload } = opening;
  const end = new ChannelEnd({ ...tools, channel, side: "acceptor" });
  const accepting = failureOf(() => accept({ subject: message.subject, payload }, end));
  const reason = await Promise.race([accepting, firstTurns()]);
  message.respond(encodeAnswer(reason === undefined ? { accepted: true } : { accepted: false, reason }));
  const failure = await accepting;
  if (failure !== undefined) end.reset(failure);
}

/** What went wrong, in words, or undefined. */
async function failureOf(act: () => void | Promise<void>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Promises that are settled already are seen within these turns; those that wait for the world are not. */
const settledTurns = 8;

async function firstTurns(): Promise<undefined> {
  for (let turn = 0; turn < settledTurns; turn += 1) await Promise.resolve();
  return undefined;
}

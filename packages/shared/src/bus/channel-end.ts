/**
 * One end of a channel: frames in and out, numbered, with credits. Both sides run the same.
 *
 * Every frame has a number, pings and credits too, so the next frame that arrives betrays one that was lost; if none
 * arrives, silence does. Whatever a reader got came in order and without a gap.
 */
import { Trouble } from "../errors/trouble.ts";
import type { ActorRegistry } from "../machine/registry.ts";
import { startActor } from "../machine/run.ts";
import type { Actor } from "xstate";
import type { Clock } from "../time/clock.ts";
import type { Bus, Message, Subscription } from "./bus.ts";
import { channelLimits, type Channel } from "./channel.ts";
import { credit, incoming, type Credit, type Incoming } from "./channel-flow.ts";
import { decodeFrame, encodeFrame, type Content, type Frame } from "./channel-frame.ts";
import { channelMachine } from "./channel.machine.ts";

export interface ChannelPlace {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly registry?: ActorRegistry | undefined;
  /** The subject prefix of its frames. */
  readonly channel: string;
  readonly side: "opener" | "acceptor";
}

export class ChannelEnd implements Channel {
  readonly incoming: AsyncIterable<Uint8Array>;
  readonly closed: Channel["closed"];
  readonly #place: ChannelPlace;
  readonly #peer: string;
  readonly #actor: Actor<typeof channelMachine>;
  readonly #outgoing: Credit = credit();
  readonly #arriving: Incoming;
  #sent = 0;
  #received = 0;
  #heardAt: number;
  #turn: Promise<void> = Promise.resolve();

  constructor(place: ChannelPlace) {
    const { bus, clock, registry, channel, side } = place;
    this.#place = place;
    this.#peer = `${channel}.${side === "opener" ? "acceptor" : "opener"}`;
    this.#heardAt = clock.monotonic();
    this.#arriving = incoming((bytes) => this.#send({ type: "credit", bytes }));
    this.incoming = this.#arriving.chunks;
    this.#actor = startActor(channelMachine, {
      id: `channel ${channel} ${side}`,
      input: {
        silentMs: () => clock.monotonic() - this.#heardAt,
        ask: () => this.#send({ type: "ping" }),
      },
      clock,
      ...(registry === undefined ? {} : { registry }),
      onError: (error) => this.reset(`A bug: ${String(error)}`),
    });
    this.closed = this.#untilOver([
      bus.subscribe(`${channel}.${side}`, (message) => this.#hear(message)),
      bus.onState((state) => {
        if (state !== "connected") this.#break(`The bus is ${state}.`);
      }),
    ]);
  }

  write(chunk: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      for (let sent = 0; sent < chunk.length;) {
        const taken = await this.#outgoing.take(Math.min(chunk.length - sent, channelLimits.frameBytesMax));
        if (!this.#isSending()) throw this.#trouble();
        this.#send({ type: "data", body: chunk.subarray(sent, sent + taken) });
        sent += taken;
      }
    });
  }

  end(): Promise<void> {
    return this.#inTurn(() => {
      if (this.#isSending()) {
        this.#send({ type: "end" });
        this.#actor.send({ type: "sending.ended" });
      }
      return Promise.resolve();
    });
  }

  reset(reason: string): void {
    this.#send({ type: "reset", reason });
    this.#break(reason);
  }

  #send(content: Content): void {
    if (this.#actor.getSnapshot().status !== "active") return;
    this.#sent = (this.#sent + 1) >>> 0;
    this.#place.bus.publish(this.#peer, encodeFrame(content, this.#sent));
  }

  #hear({ payload }: Message): void {
    const frame = decodeFrame(payload);
    this.#heardAt = this.#place.clock.monotonic();
    this.#received = (this.#received + 1) >>> 0;
    if (frame?.type === "reset") this.#break(frame.reason);
    else if (frame?.number === this.#received) this.#take(frame);
    else this.reset("A frame was lost on the bus.");
  }

  #take(frame: Frame): void {
    if (frame.type === "data" && !this.#arriving.push(frame.body)) {
      this.reset("The other side sent more than it may.");
    }
    if (frame.type === "credit") this.#outgoing.add(frame.bytes);
    if (frame.type === "ping") this.#send({ type: "pong" });
    if (frame.type !== "end") return;
    this.#arriving.end();
    this.#actor.send({ type: "receiving.ended" });
  }

  #break(reason: string): void {
    this.#actor.send({ type: "channel.broken", reason });
  }

  readonly #isSending = (): boolean => this.#actor.getSnapshot().matches({ open: { sending: "flowing" } });

  #trouble(): Trouble {
    const snapshot = this.#actor.getSnapshot();
    if (!snapshot.matches("broken")) return new Trouble("closed", "This direction of the channel has ended.");
    return new Trouble("broken", snapshot.context.reason ?? "The channel broke.");
  }

  /** Writers take turns, so that the frames of one write stay together. */
  #inTurn(act: () => Promise<void>): Promise<void> {
    const mine = this.#turn.then(act);
    this.#turn = mine.catch(() => undefined); // Told to its caller; the next one finds out for itself.
    return mine;
  }

  async #untilOver(subscriptions: readonly Subscription[]): Promise<Awaited<Channel["closed"]>> {
    await new Promise<void>((complete) => void this.#actor.subscribe({ complete }));
    for (const subscription of subscriptions) subscription.unsubscribe();
    const trouble = this.#trouble();
    this.#outgoing.fail(trouble);
    if (trouble.code === "closed") return { how: "ended" };
    this.#arriving.fail(trouble);
    return { how: "broken", reason: trouble.message };
  }
}

/**
 * One follower of the stream: an ordered consumer of its own, made anew whenever something is amiss.
 *
 * What is delivered ascends without a gap or a duplicate, over lost connections, restarts of the server and dropped
 * messages. Where that cannot be promised any more, the follower is told to begin again.
 */
import { createInbox, type Msg, type NatsConnection } from "@nats-io/transport-node";
import type { Actor } from "xstate";
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import type { NatsLink } from "@kubus/shared/adapters/nats-link.ts";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { followingLimits, followingMachine } from "../../store/following.machine.ts";
import { storeLimits, type Follower, type Revision } from "../../store/store.ts";
import { deliveryOf, type Delivery } from "./delivery.ts";
import { callApi, connected } from "./jetstream-api.ts";
import { decodeObject, keyOfSubject, subjectPrefix } from "./object-message.ts";
import type { StreamLife } from "./stream.ts";

export interface FollowTools {
  readonly link: NatsLink;
  readonly stream: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: ActorRegistry | undefined;
  readonly ensure: () => Promise<StreamLife>;
  /** Told of everything that passes by, sound or not. */
  readonly notice: (seen: {
    readonly subject: string;
    readonly revision: Revision;
    readonly writtenAt: number;
    readonly deleted: boolean;
  }) => void;
}

interface Consumer {
  readonly subscription: { unsubscribe(): void };
  readonly connection: NatsConnection;
  /** The number of its last message. */
  last: number;
}

const nanosPerMs = 1_000_000;
/** Away for longer than this (a fifth less than tombstones live at least), a deletion may have been missed. */
const awayMaxMs = storeLimits.tombstoneAgeMinMs * 0.8;

export class JetStreamFollowing implements Subscription {
  readonly #tools: FollowTools;
  readonly #follower: Follower;
  readonly #actor: Actor<typeof followingMachine>;
  readonly #states: Subscription;
  #phase: "listing" | "following" = "listing";
  #toldWhy = "";
  #consumer: Consumer | undefined;
  #createdAt: number | undefined;
  #last: Revision = 0;
  /** The newest revision that the stream had when listing began. */
  #listedUpTo: Revision = 0;
  #heardAt: number;
  #heardWallAt: number;

  constructor(tools: FollowTools, follower: Follower) {
    const { link, clock, stream, registry } = tools;
    this.#tools = tools;
    this.#follower = follower;
    this.#heardAt = clock.monotonic();
    this.#heardWallAt = clock.now();
    const machine = followingMachine.provide({
      actors: {
        awaitBus: fill((_, signal) => connected(link, signal)),
        subscribe: fill((_, signal) => this.#subscribe(signal)),
      },
    });
    this.#actor = startActor(machine, {
      id: `following ${stream}`,
      input: { silentMs: () => clock.monotonic() - this.#heardAt },
      clock,
      ...(registry === undefined ? {} : { registry }),
      onError: (error) => tools.log.error("store.following-failed", { stream, why: String(error) }),
    });
    this.#states = link.onState((state) => {
      if (state === "closed") this.unsubscribe();
      else if (state === "disconnected") this.#actor.send({ type: "link.lost" });
    });
  }

  unsubscribe(): void {
    this.#states.unsubscribe();
    this.#consumer?.subscription.unsubscribe();
    this.#consumer = undefined;
    this.#actor.send({ type: "follower.left" });
  }

  async #subscribe(signal: AbortSignal): Promise<undefined> {
    const { link, stream, log } = this.#tools;
    try {
      const life = await this.#tools.ensure();
      if (signal.aborted) return undefined;
      if (!this.#canGoOn(life)) this.#beginAgain(life);
      await this.#consume(signal);
      this.#toldWhy = "";
      return undefined;
    } catch (error) {
      const why = String(error);
      // Tried several times a second: each reason is told once.
      if (link.state() === "connected" && why !== this.#toldWhy)
        log.warn("store.not-followed", { stream, why });
      this.#toldWhy = why;
      throw error;
    }
  }

  #canGoOn({ createdAt, last }: StreamLife): boolean {
    const { clock } = this.#tools;
    if (this.#createdAt === undefined) {
      this.#createdAt = createdAt;
      this.#listedUpTo = last;
      return true;
    }
    const away = Math.max(clock.monotonic() - this.#heardAt, clock.now() - this.#heardWallAt);
    return this.#createdAt === createdAt && last >= this.#last && away < awayMaxMs;
  }

  #beginAgain({ createdAt, last }: StreamLife): void {
    this.#createdAt = createdAt;
    this.#listedUpTo = last;
    this.#last = 0;
    this.#phase = "listing";
    this.#follower.onRelist();
  }

  async #consume(signal: AbortSignal): Promise<void> {
    const { link, stream } = this.#tools;
    const connection = link.current();
    if (connection === undefined) throw new Trouble("disconnected", "The bus is away.");
    this.#consumer?.subscription.unsubscribe();
    const inbox = createInbox();
    const consumer: Consumer = {
      connection,
      last: 0,
      subscription: connection.subscribe(inbox, {
        callback: (error, msg) => {
          if (error === null && this.#consumer === consumer) orCrash(() => this.#hear(msg, consumer));
        },
      }),
    };
    this.#consumer = consumer;
    const { num_pending: pending = 0 } = await callApi<{ readonly num_pending?: number }>(
      link,
      `CONSUMER.CREATE.${stream}`,
      { stream_name: stream, config: this.#consumerConfig(inbox) },
    );
    if (signal.aborted || this.#consumer !== consumer) return;
    this.#noteSign();
    if (pending === 0) this.#synced();
  }

  #consumerConfig(inbox: string): object {
    const from =
      this.#phase === "listing"
        ? { deliver_policy: "last_per_subject" }
        : { deliver_policy: "by_start_sequence", opt_start_seq: this.#last + 1 };
    return {
      ...from,
      deliver_subject: inbox,
      filter_subject: `${subjectPrefix(this.#tools.stream)}.>`,
      ack_policy: "none",
      replay_policy: "instant",
      max_deliver: 1,
      flow_control: true,
      idle_heartbeat: followingLimits.heartbeatMs * nanosPerMs,
      mem_storage: true,
      num_replicas: 1,
    };
  }

  #hear(msg: Msg, consumer: Consumer): void {
    const delivery = deliveryOf(msg);
    if (delivery === undefined) return;
    this.#noteSign();
    if (delivery.type === "flowControl") msg.respond();
    else if (delivery.type === "heartbeat") this.#takeHeartbeat(delivery, consumer);
    else this.#takeMessage(msg, delivery, consumer);
  }

  #takeHeartbeat(heartbeat: Delivery & { readonly type: "heartbeat" }, consumer: Consumer): void {
    if (heartbeat.number !== consumer.last) this.#actor.send({ type: "gap.found" });
    else if (heartbeat.answerTo !== undefined) consumer.connection.publish(heartbeat.answerTo);
    else if (this.#actor.getSnapshot().matches("following")) this.#synced();
  }

  #takeMessage(msg: Msg, delivery: Delivery & { readonly type: "message" }, consumer: Consumer): void {
    if (delivery.number !== consumer.last + 1) {
      this.#consumer = undefined; // Nothing more from this one: it would have a gap before it.
      this.#actor.send({ type: "gap.found" });
      return;
    }
    consumer.last = delivery.number;
    if (delivery.revision > this.#last) {
      this.#last = delivery.revision;
      this.#deliver(msg, delivery);
    }
    if (delivery.pending === 0) this.#synced();
  }

  #deliver({ subject, data }: Msg, { revision, writtenAt }: Delivery & { readonly type: "message" }): void {
    const decoded = attempt(() => ({ key: keyOfSubject(subject), ...decodeObject(subject, data) }));
    if (decoded instanceof Error) {
      this.#follower.onBroken(attemptKey(subject), revision, decoded.message);
      return;
    }
    const { key, object, deleted } = decoded;
    this.#tools.notice({ subject, revision, writtenAt, deleted });
    // What was gone before we came is nobody's business.
    if (!deleted || revision > this.#listedUpTo) this.#follower.onEntry({ key, revision, object, deleted });
  }

  #synced(): void {
    if (this.#phase !== "listing") return;
    this.#phase = "following";
    this.#last = Math.max(this.#last, this.#listedUpTo);
    this.#follower.onSynced(this.#last);
  }

  #noteSign(): void {
    this.#heardAt = this.#tools.clock.monotonic();
    this.#heardWallAt = this.#tools.clock.now();
  }
}

function attempt<T>(decode: () => T): T | Error {
  try {
    return decode();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Whatever lies in the stream, it can be named. */
function attemptKey(subject: string): string {
  const key = attempt(() => keyOfSubject(subject));
  return key instanceof Error ? subject : key;
}

/** A bug in a follower must end the process; thrown here it would only end the library's reading. */
function orCrash(act: () => void): void {
  try {
    act();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/**
 * The bus on NATS, for both sides.
 *
 * It exists before any server does and outlives every one of them; while there is none it is `disconnected`,
 * drops what is published and keeps its subscriptions for the next connection.
 */
import {
  errors,
  type Msg,
  type NatsConnection,
  type Subscription as NatsSubscription,
} from "@nats-io/transport-node";
import type { Bus, Message, Subscription } from "../bus/bus.ts";
import { Trouble } from "../errors/trouble.ts";
import { natsLink, type NatsLink, type NatsOptions } from "./nats-link.ts";

export type { NatsOptions } from "./nats-link.ts";

/** As the servers are configured. */
const payloadBytesMax = 4 * 1024 * 1024;

/** A bus that is there at once and connects when it can. */
export const natsBus = (options: NatsOptions): Bus => natsBusOn(natsLink(options));

/** The same, once it is connected for the first time. Keeps trying until then, or until `signal` gives it up. */
export async function connectNatsBus(options: NatsOptions & { readonly signal?: AbortSignal }): Promise<Bus> {
  const { signal } = options;
  const bus = natsBus(options);
  const connected = Promise.withResolvers<undefined>();
  const giveUp = () => {
    connected.reject(new Trouble("closed", `${options.name} gave up connecting to the bus.`));
  };
  signal?.addEventListener("abort", giveUp);
  const watching = bus.onState((state) => state === "connected" && connected.resolve(undefined));
  if (signal?.aborted === true) giveUp();
  try {
    await connected.promise;
    return bus;
  } catch (error) {
    await bus.close();
    throw error;
  } finally {
    watching.unsubscribe();
    signal?.removeEventListener("abort", giveUp);
  }
}

interface Listening {
  readonly subject: string;
  readonly queue: string | undefined;
  readonly onMessage: (message: Message) => void;
  subscription: NatsSubscription | undefined;
}

interface Ends {
  /** Ends every request that waits for an answer. */
  readonly waiting: Set<(trouble: Trouble) => void>;
  readonly listening: Set<Listening>;
}

/** A bus on a link that somebody else keeps too, such as the stores. Closing the bus closes the link. */
export function natsBusOn(link: NatsLink): Bus {
  const ends: Ends = { waiting: new Set(), listening: new Set() };
  link.onConnection((connection) => ends.listening.forEach((one) => listen(connection, one)));
  link.onState((state) => {
    if (state !== "connected") [...ends.waiting].forEach((fail) => fail(away(link)));
  });
  return {
    publish: (subject, payload) => {
      checkSize(payload);
      link.current()?.publish(subject, payload.slice()); // The library reads it later, in a microtask.
    },
    subscribe: (subject, onMessage, { queue } = {}) => {
      const one: Listening = { subject, queue, onMessage, subscription: undefined };
      ends.listening.add(one);
      const connection = link.connection();
      if (connection !== undefined) listen(connection, one);
      return unsubscriber(ends, one);
    },
    request: (subject, payload, how) => request({ link, ends, subject, payload }, how),
    flush: async () => {
      const connection = link.current();
      if (connection === undefined) throw away(link);
      await connection.flush().catch(() => Promise.reject(away(link)));
    },
    state: () => link.state(),
    onState: (listener) => link.onState(listener),
    close: () => link.close(),
  };
}

const away = (link: NatsLink): Trouble =>
  link.state() === "closed"
    ? new Trouble("closed", "The connection to the bus is closed.")
    : new Trouble("disconnected", "The bus is away.");

function unsubscriber(ends: Ends, one: Listening): Subscription {
  return {
    unsubscribe: () => {
      ends.listening.delete(one);
      if (one.subscription?.isClosed() === false) one.subscription.unsubscribe();
    },
  };
}

function listen(connection: NatsConnection, one: Listening): void {
  if (connection.isClosed()) return; // A new connection will be told of it.
  const { subject, queue, onMessage } = one;
  one.subscription = connection.subscribe(subject, {
    ...(queue === undefined ? {} : { queue }),
    callback: (error, msg) => {
      if (error === null) onMessage(messageOf(msg)); // A refused subscription is told by the link's log.
    },
  });
}

function messageOf(msg: Msg): Message {
  return {
    subject: msg.subject,
    payload: msg.data,
    respond: (payload) => {
      checkSize(payload);
      if (msg.reply !== undefined && msg.reply !== "") msg.respond(payload.slice());
    },
  };
}

interface Asked {
  readonly link: NatsLink;
  readonly ends: Ends;
  readonly subject: string;
  readonly payload: Uint8Array;
}

async function request(
  { link, ends, subject, payload }: Asked,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<Uint8Array> {
  checkSize(payload);
  const connection = link.current();
  if (connection === undefined) throw away(link);
  const lost = Promise.withResolvers<never>();
  const onAbort = () => {
    lost.reject(new Trouble("closed", `The request to ${subject} was given up.`));
  };
  ends.waiting.add(lost.reject);
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted === true) onAbort();
  try {
    const answer = connection.request(subject, payload.slice(), { timeout: timeoutMs });
    return (await Promise.race([answer, lost.promise])).data;
  } catch (error) {
    throw troubleOf(error, { link, subject, timeoutMs });
  } finally {
    ends.waiting.delete(lost.reject);
    signal?.removeEventListener("abort", onAbort);
  }
}

function troubleOf(
  error: unknown,
  {
    link,
    subject,
    timeoutMs,
  }: { readonly link: NatsLink; readonly subject: string; readonly timeoutMs: number },
): Error {
  if (error instanceof Trouble) return error;
  if (error instanceof errors.TimeoutError) {
    return new Trouble("timeout", `No answer from ${subject} within ${timeoutMs} ms.`, { cause: error });
  }
  const isUnheard =
    error instanceof errors.NoRespondersError ||
    (error instanceof errors.RequestError && error.isNoResponders());
  if (isUnheard) return new Trouble("noResponders", `Nobody listens on ${subject}.`, { cause: error });
  if (link.state() !== "connected") return away(link);
  return new Trouble("broken", `The request to ${subject} failed.`, { cause: error });
}

function checkSize(payload: Uint8Array): void {
  if (payload.length <= payloadBytesMax) return;
  throw new Trouble("tooLarge", `A message of ${payload.length} bytes is too large for the bus.`);
}

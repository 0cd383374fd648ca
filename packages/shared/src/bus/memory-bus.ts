/**
 * The reference bus: a network in memory, with switches for everything that goes wrong on a real one.
 *
 * It keeps a bus' promises and no more: at most once, in order per sender and receiver. Loss, delay and cuts happen
 * only when asked for, by the given clock and the given chance, so that a seed replays a run.
 */
import { Trouble } from "../errors/trouble.ts";
import { seededRandom, type Random } from "../chance/random.ts";
import { systemClock } from "../time/system-clock.ts";
import type { Clock } from "../time/clock.ts";
import type { Bus, BusState, Message, Subscription } from "./bus.ts";
import { matchesPattern } from "./subject-pattern.ts";

/** As the real servers are configured. */
export const payloadBytesMax = 4 * 1024 * 1024;

export interface MemoryNetwork {
  /** A party on the network. Names need not be unique; the switches below name parties. */
  connect(name: string): Bus;
  /** The share of messages that vanish, 0 to 1. */
  setLoss(share: number): void;
  /** How long each message is under way. */
  setDelay(ms: number): void;
  /** `noticed`: the party is disconnected and knows it. `silent`: nothing arrives any more, in either direction. */
  cut(name: string, how: "noticed" | "silent"): void;
  heal(name: string): void;
}

interface Entry {
  readonly pattern: string;
  readonly queue: string | undefined;
  readonly onMessage: (message: Message) => void;
}

interface Party {
  readonly name: string;
  state: BusState;
  cutOff: boolean;
  readonly entries: Set<Entry>;
  readonly listeners: Set<(state: BusState) => void>;
  /** Ends every request that waits for an answer. */
  readonly waiting: Set<(trouble: Trouble) => void>;
}

interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly parties: Set<Party>;
  loss: number;
  delayMs: number;
  lastInbox: number;
}

export function memoryBus(options: { readonly clock?: Clock; readonly random?: Random } = {}): MemoryNetwork {
  const { clock = systemClock, random = seededRandom(1) } = options;
  const world: World = { clock, random, parties: new Set(), loss: 0, delayMs: 0, lastInbox: 0 };
  const named = (name: string) => [...world.parties].filter((party) => party.name === name);
  return {
    connect: (name) => connect(world, name),
    setLoss: (share) => {
      world.loss = share;
    },
    setDelay: (ms) => {
      world.delayMs = ms;
    },
    cut: (name, how) => {
      for (const party of named(name)) {
        party.cutOff = true;
        if (how === "noticed") enter(party, "disconnected");
      }
    },
    heal: (name) => {
      for (const party of named(name)) {
        party.cutOff = false;
        enter(party, "connected");
      }
    },
  };
}

function connect(world: World, name: string): Bus {
  const party: Party = {
    name,
    state: "connected",
    cutOff: false,
    entries: new Set(),
    listeners: new Set(),
    waiting: new Set(),
  };
  world.parties.add(party);
  return {
    publish: (subject, payload) => void send(world, party, { subject, payload }),
    subscribe: (subject, onMessage, { queue } = {}) =>
      member(party.entries, { pattern: subject, queue, onMessage }),
    request: (subject, payload, how) => request(world, party, { subject, payload, ...how }),
    flush: () => flush(world, party),
    state: () => party.state,
    onState: (listener) => member(party.listeners, listener),
    close: () => {
      enter(party, "closed");
      party.entries.clear();
      world.parties.delete(party);
      return Promise.resolve();
    },
  };
}

interface Parcel {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly replyTo?: string;
}

/** Returns how many receivers the network found. */
function send(world: World, sender: Party, { subject, payload, replyTo }: Parcel): number {
  if (payload.length > payloadBytesMax) {
    throw new Trouble("tooLarge", `A message of ${payload.length} bytes is too large for the bus.`);
  }
  if (sender.state !== "connected" || sender.cutOff) return 0;
  const copy = payload.slice();
  const receivers = receiversOf(world, subject);
  for (const { party, entry } of receivers) {
    if (world.loss > 0 && world.random.next() < world.loss) continue;
    const message: Message = {
      subject,
      payload: copy,
      respond: (answer) => {
        if (replyTo !== undefined) send(world, party, { subject: replyTo, payload: answer });
      },
    };
    later(world, () => {
      if (!party.cutOff && party.state === "connected" && party.entries.has(entry)) entry.onMessage(message);
    });
  }
  return receivers.length;
}

/** Every plain subscriber, and one member of each queue. */
function receiversOf(world: World, subject: string): { readonly party: Party; readonly entry: Entry }[] {
  const queues = new Map<string, { readonly party: Party; readonly entry: Entry }[]>();
  const plain: { readonly party: Party; readonly entry: Entry }[] = [];
  for (const party of world.parties) {
    if (party.cutOff || party.state !== "connected") continue;
    for (const entry of party.entries) {
      if (!matchesPattern(entry.pattern, subject)) continue;
      if (entry.queue === undefined) plain.push({ party, entry });
      else queues.set(entry.queue, [...(queues.get(entry.queue) ?? []), { party, entry }]);
    }
  }
  const chosen = [...queues.values()].flatMap((members) => {
    const pick = members[Math.floor(world.random.next() * members.length)];
    return pick === undefined ? [] : [pick];
  });
  return [...plain, ...chosen];
}

/** Timers of one delay fire in order, and so do immediates: order is kept as long as the delay is not changed. */
function later(world: World, deliver: () => void): void {
  if (world.delayMs > 0) world.clock.setTimeout(deliver, world.delayMs);
  else queueMicrotask(deliver);
}

interface Request extends Parcel {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

function request(
  world: World,
  party: Party,
  { subject, payload, timeoutMs, signal }: Request,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    if (party.state !== "connected") {
      reject(new Trouble(party.state, `The bus is ${party.state}.`));
      return;
    }
    world.lastInbox += 1;
    const replyTo = `_INBOX.${world.lastInbox}`;
    const fail = (trouble: Error) => {
      settleWith(() => reject(trouble));
    };
    const onAbort = () => fail(new Trouble("closed", `The request to ${subject} was given up.`));
    const inbox = member(party.entries, {
      pattern: replyTo,
      queue: undefined,
      onMessage: (answer) => settleWith(() => resolve(answer.payload)),
    });
    const timer = world.clock.setTimeout(
      () => fail(new Trouble("timeout", `No answer from ${subject} within ${timeoutMs} ms.`)),
      timeoutMs,
    );
    const settleWith = (settle: () => void) => {
      inbox.unsubscribe();
      world.clock.clearTimeout(timer);
      party.waiting.delete(fail);
      signal?.removeEventListener("abort", onAbort);
      settle();
    };
    party.waiting.add(fail);
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted === true) onAbort();
    else if (send(world, party, { subject, payload, replyTo }) === 0 && !party.cutOff) {
      fail(new Trouble("noResponders", `Nobody listens on ${subject}.`));
    }
  });
}

function flush(world: World, party: Party): Promise<void> {
  if (party.state !== "connected") {
    return Promise.reject(new Trouble(party.state, `The bus is ${party.state}.`));
  }
  return new Promise((resolve) => later(world, resolve));
}

function enter(party: Party, state: BusState): void {
  if (party.state === state || party.state === "closed") return;
  party.state = state;
  if (state !== "connected") {
    for (const fail of [...party.waiting]) fail(new Trouble(state, `The bus is ${state}.`));
  }
  for (const listener of [...party.listeners]) listener(state);
}

function member<T>(set: Set<T>, value: T): Subscription {
  set.add(value);
  return { unsubscribe: () => void set.delete(value) };
}

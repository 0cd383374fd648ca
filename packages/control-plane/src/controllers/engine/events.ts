/**
 * Writes down what happened, for people: Events in the words of the API.
 *
 * The same thing said again within ten minutes is counted, not written again; whoever says too much about one object
 * is not heard for a while. Nobody waits for an event, and a lost one changes nothing.
 */
import type { Event, ObjectReference } from "@kubus/shared/api/core.ts";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import { timestamp, type Clock } from "@kubus/shared/time/clock.ts";
import type { Objects } from "../../api/objects.ts";
import type { Kind } from "../../kinds/kind.ts";

export const eventLimits = {
  /** Kubernetes' own span of aggregation. */
  sameWithinMs: 10 * 60_000,
  /** Kubernetes' spam filter: so many about one object at once, then one in five minutes. */
  burstMax: 25,
  refillMs: 5 * 60_000,
  /** What is remembered, about objects and sayings; the oldest are forgotten. */
  rememberedMax: 4_096,
  /** Events not yet written; further ones are dropped. */
  waitingMax: 1_000,
} as const;

export interface Happening {
  readonly about: ObjectReference;
  readonly eventType: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

/** Returns at once and never throws. */
export type RecordEvent = (happening: Happening) => void;

export interface RecorderOptions {
  readonly objects: Objects;
  readonly eventKind: Kind<Event>;
  /** Who tells: `deployment-controller`. */
  readonly component: string;
  readonly clock: Clock;
  readonly log: Log;
}

interface Saying {
  /** The Event that says it, or undefined when it could not be written. */
  written: Promise<Event | undefined>;
  count: number;
  firstAt: number;
}

interface Allowance {
  left: number;
  since: number;
}

export function makeRecorder(options: RecorderOptions): RecordEvent {
  const { objects, eventKind, component, clock, log } = options;
  const sayings = new Map<string, Saying>();
  const allowances = new Map<string, Allowance>();
  let waiting = 0;
  // Two recorders that tell of the same object in the same millisecond count in different places.
  let told = Array.from(component).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_000, 7);

  const mayTell = (uid: string, now: number): boolean => {
    const allowance = allowances.get(uid) ?? { left: eventLimits.burstMax, since: now };
    const refills = Math.floor((now - allowance.since) / eventLimits.refillMs);
    allowance.left = Math.min(eventLimits.burstMax, allowance.left + refills);
    allowance.since += refills * eventLimits.refillMs;
    remember(allowances, uid, allowance);
    if (allowance.left === 0) return false;
    allowance.left -= 1;
    return true;
  };

  const tell = async (work: () => Promise<Event | undefined>): Promise<Event | undefined> => {
    waiting += 1;
    try {
      return await work();
    } catch (error) {
      // A lost event changes nothing. In a namespace that ends, or after its Event expired, it is not even worth a line.
      if (!isRefusal(error, "forbidden", "notFound"))
        log.warn("event.lost", { component, why: String(error) });
      return undefined;
    } finally {
      waiting -= 1;
    }
  };

  const countAgain = (saying: Saying, now: number) => {
    saying.count += 1;
    const { count, written } = saying;
    saying.written = tell(async () => {
      const event = await written;
      if (event === undefined) return undefined;
      const { namespace, name } = event.metadata;
      const target = namespace === undefined ? { name } : { namespace, name };
      return await objects.patch(eventKind, target, { count, lastTimestamp: timestamp(now) });
    });
  };

  return (happening) => {
    const now = clock.now();
    const { about, eventType, reason, message } = happening;
    const who = `${about.kind ?? ""} ${about.namespace ?? ""}/${about.name ?? ""} ${about.uid ?? ""}`;
    const what = `${who} ${eventType} ${reason} ${message}`;
    if (waiting >= eventLimits.waitingMax || !mayTell(who, now)) return;
    const saying = sayings.get(what);
    if (saying !== undefined && now - saying.firstAt < eventLimits.sameWithinMs) {
      countAgain(saying, now);
      return;
    }
    told += 1;
    const draft = draftOf(happening, component, { now, number: told });
    const written = tell(() => objects.create(eventKind, draft));
    remember(sayings, what, { written, count: 1, firstAt: now });
  };
}

/** `number` makes names different that are made within the same millisecond. */
function draftOf(happening: Happening, component: string, { now, number }: { now: number; number: number }) {
  const { about, eventType, reason, message } = happening;
  const at = timestamp(now);
  const suffix = (BigInt(now) * 1_000_000n + BigInt(number % 1_000_000)).toString(16);
  return {
    metadata: { name: `${about.name ?? "unnamed"}.${suffix}`, namespace: about.namespace ?? "default" },
    involvedObject: about,
    type: eventType,
    reason,
    message,
    source: { component },
    reportingComponent: component,
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  };
}

/** Puts it last, and forgets the oldest when there are too many. */
function remember<T>(memory: Map<string, T>, key: string, value: T): void {
  memory.delete(key);
  memory.set(key, value);
  if (memory.size <= eventLimits.rememberedMax) return;
  const [oldest] = memory.keys();
  if (oldest !== undefined) memory.delete(oldest);
}

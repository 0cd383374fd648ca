/**
 * The registry of everything that lives in a process, fed by XState's inspection.
 *
 * Only state machines are listed, from their first event to their last. It holds no more than what lives, costs a few
 * microseconds an event, and never changes what it sees: a listener that throws is a bug of the listener.
 */
import type {
  AnyActorRef,
  AnyEventObject,
  AnyMachineSnapshot,
  AnyStateMachine,
  InspectionEvent,
} from "xstate";
import type { Clock } from "../time/clock.ts";
import { eventName } from "./event-name.ts";
import { actorId, type ActorChange, type ActorRegistry, type ActorReport, type Timer } from "./registry.ts";
import { isSameState } from "./state-value.ts";

/** One living actor. Its report is built when somebody asks. */
interface Entry {
  readonly id: string;
  readonly machine: string;
  readonly parent: string | undefined;
  readonly timers: Map<string, RunningTimer>;
  state: unknown;
  why: string;
  since: number;
  status: ActorReport["status"];
  timersChanged: boolean;
}

interface RunningTimer extends Timer {
  /** The very object that will arrive when it fires. */
  readonly event: unknown;
}

type MachineRef = AnyActorRef & { readonly logic: AnyStateMachine };

/** An empty registry; `clock` must be the one that the actors run on. */
export function actorRegistry({ clock }: { readonly clock: Clock }): ActorRegistry {
  const living = new Map<AnyActorRef, Entry>();
  const byId = new Map<string, Entry>();
  const machines = new Map<string, AnyStateMachine>();
  const listeners = new Set<(change: ActorChange) => void>();

  const tell = (change: ActorChange) => {
    for (const listener of [...listeners]) listener(change);
  };

  const end = (ref: AnyActorRef, entry: Entry, status: ActorReport["status"]) => {
    if (!living.delete(ref)) return;
    byId.delete(entry.id);
    entry.timers.clear();
    entry.status = status;
    tell({ type: "ended", report: reportOf(entry) });
  };

  const register = (ref: MachineRef): Entry => {
    const parent = parentOf(ref);
    const parentId = parent === undefined ? undefined : living.get(parent)?.id;
    const entry: Entry = {
      id: freeId(ref, parentId, byId),
      machine: ref.logic.id,
      parent: parentId,
      timers: new Map(),
      state: undefined,
      why: "",
      since: clock.now(),
      status: "active",
      timersChanged: false,
    };
    living.set(ref, entry);
    byId.set(entry.id, entry);
    if (!machines.has(ref.logic.id)) machines.set(ref.logic.id, ref.logic);
    // What throws ends without a last snapshot.
    ref.subscribe({ error: () => end(ref, entry, "error") });
    return entry;
  };

  const noteSnapshot = (
    ref: AnyActorRef,
    entry: Entry,
    event: AnyEventObject,
    snapshot: AnyMachineSnapshot,
  ) => {
    const from: unknown = entry.state;
    const moved = !isSameState(from, snapshot.value);
    if (moved) {
      entry.state = snapshot.value;
      entry.since = clock.now();
    }
    const why = whyOf(snapshot);
    const isNews = moved || entry.timersChanged || why !== entry.why;
    entry.why = why;
    entry.timersChanged = false;
    if (isNews && listeners.size > 0) {
      const change = {
        type: "changed",
        report: reportOf(entry),
        event: eventName(event.type, entry.machine),
      } as const;
      tell(from === undefined ? change : { ...change, from });
    }
    if (snapshot.status !== "active") end(ref, entry, snapshot.status);
  };

  const inspect = (inspected: InspectionEvent) => {
    // An actor that was made but never started is not alive.
    if (inspected.type === "@xstate.actor") return;
    const ref = inspected.actorRef as AnyActorRef;
    if (!isMachine(ref)) return;
    if (inspected.type === "@xstate.event") {
      const entry = living.get(ref) ?? register(ref);
      if (entry.timers.size > 0) noteFired(entry, inspected.event);
      return;
    }
    const entry = living.get(ref);
    if (entry === undefined) return;
    if (inspected.type === "@xstate.action") noteTimer(entry, inspected.action, clock.now());
    if (inspected.type === "@xstate.snapshot") {
      noteSnapshot(ref, entry, inspected.event, inspected.snapshot as AnyMachineSnapshot);
    }
  };

  return {
    inspect: Object.assign(inspect, { next: inspect }),
    list: () => [...living.values()].map(reportOf),
    get: (id) => {
      const entry = byId.get(id);
      return entry === undefined ? undefined : reportOf(entry);
    },
    machines: () => machines,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const isMachine = (ref: AnyActorRef): ref is MachineRef =>
  (ref as Partial<MachineRef>).logic?.root !== undefined;

const parentOf = (ref: AnyActorRef): AnyActorRef | undefined =>
  (ref as { readonly _parent?: AnyActorRef })._parent;

/** Its own name; where another actor has that already, its parent's name before it. */
function freeId(ref: AnyActorRef, parentId: string | undefined, taken: ReadonlyMap<string, Entry>): string {
  const own = actorId(ref);
  const wished = taken.has(own) && parentId !== undefined ? `${parentId} ${own}` : own;
  if (!taken.has(wished)) return wished;
  for (let number = 2; ; number += 1) {
    const id = `${wished} #${number}`;
    if (!taken.has(id)) return id;
  }
}

/** Machines that can say what they wait for keep it in their context. */
function whyOf({ context }: AnyMachineSnapshot): string {
  const { why } = (context ?? {}) as { readonly why?: unknown };
  return typeof why === "string" ? why : "";
}

function reportOf({ id, machine, parent, state, why, since, status, timers }: Entry): ActorReport {
  const base = { id, machine, state, since, status, ...(why === "" ? {} : { why }) };
  const shown = [...timers.values()].map(({ id, firesAt, delayMs }) => ({ id, firesAt, delayMs }));
  return parent === undefined ? { ...base, timers: shown } : { ...base, parent, timers: shown };
}

interface TimerParams {
  readonly id?: string;
  readonly sendId?: string;
  readonly delay?: number;
  readonly event?: unknown;
}

/** XState sets timers by raising an event with a delay, and clears them by cancelling it. */
function noteTimer(entry: Entry, { type, params }: { type: string; params: unknown }, now: number): void {
  if (type !== "xstate.raise" && type !== "xstate.cancel") return;
  const { id, sendId, delay, event } = params as TimerParams;
  if (type === "xstate.cancel") {
    if (sendId !== undefined && entry.timers.delete(sendId)) entry.timersChanged = true;
  } else if (id !== undefined && delay !== undefined) {
    entry.timers.set(id, { id, firesAt: now + delay, delayMs: delay, event });
    entry.timersChanged = true;
  }
}

/** A timer whose event arrived is over, even when no guard let the event through. */
function noteFired(entry: Entry, event: unknown): void {
  for (const timer of entry.timers.values()) {
    if (timer.event !== event) continue;
    entry.timers.delete(timer.id);
    entry.timersChanged = true;
  }
}

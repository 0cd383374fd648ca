/**
 * Everything that lives: which actors there are, in which state, and which timers will fire next.
 *
 * Fed by XState's inspection, read by logs, metrics and the dashboard. Machines know nothing of it.
 */
import type { AnyActorRef, AnyStateMachine, InspectionEvent, Observer } from "xstate";

export interface Timer {
  readonly id: string;
  /** Wall-clock milliseconds at which it fires. */
  readonly firesAt: number;
  readonly delayMs: number;
}

/** One actor as it is now. Plain data: it travels to the dashboard as it is. */
export interface ActorReport {
  /** Unique in its process, readable: `pod default/web`. */
  readonly id: string;
  /** The id of the machine that it runs. */
  readonly machine: string;
  readonly parent?: string;
  /** XState's state value: a word, or an object of words for nested states. */
  readonly state: unknown;
  /** Wall-clock milliseconds since when it is in this state. */
  readonly since: number;
  readonly status: "active" | "done" | "error" | "stopped";
  /** What it waits for or what is in the way, in words: the machine's `context.why`. */
  readonly why?: string;
  readonly timers: readonly Timer[];
}

export type ActorChange =
  | {
      readonly type: "changed";
      readonly report: ActorReport;
      readonly event: string;
      readonly from?: unknown;
    }
  | { readonly type: "ended"; readonly report: ActorReport };

export interface ActorRegistry {
  /** Give this to `createActor({ inspect })`. */
  readonly inspect: Observer<InspectionEvent> & ((event: InspectionEvent) => void);
  list(): readonly ActorReport[];
  get(id: string): ActorReport | undefined;
  /** The definitions of all machines seen so far, by machine id. */
  machines(): ReadonlyMap<string, AnyStateMachine>;
  onChange(listener: (change: ActorChange) => void): () => void;
}

/** An actor is shown under its system id, else under its own id. */
export const actorId = (ref: AnyActorRef): string => {
  const { systemId } = ref as AnyActorRef & { readonly systemId?: string };
  return systemId ?? ref.id;
};

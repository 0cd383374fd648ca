/** A supervised process: the chart of child.machine.ts on real processes. */
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { ProcessIdentity } from "../cluster/journal.ts";
import { childLimits, childMachine } from "./child.machine.ts";

export type ChildState = "stopped" | "starting" | "running" | "backingOff" | "stopping";

export interface Child {
  readonly name: string;
  state(): ChildState;
  /** It has run for a while. */
  isCalm(): boolean;
  /** Undefined while there is no process. */
  process(): ProcessIdentity | undefined;
  start(): void;
  /** Resolves when it has ended; nobody starts it again until `start`. */
  stop(): Promise<void>;
  /** Its machine lost power: it is gone without having been asked, and nobody starts it until `start`. */
  lose(): void;
  onChange(listener: () => void): void;
}

/** Processes as a supervisor needs them; see adapters/launcher.ts. */
export interface Launcher {
  /** Starts the process. Rejects when it cannot be started. */
  launch(name: string): Promise<ProcessIdentity>;
  /** Resolves when it has ended. */
  awaitExit(process: ProcessIdentity, signal: AbortSignal): Promise<void>;
  /** Asks it to end, kills it after `graceMs`. Resolves when it has ended. */
  stop(process: ProcessIdentity, graceMs: number): Promise<void>;
}

export interface ChildOptions {
  readonly name: string;
  readonly launcher: Launcher;
  readonly clock: Clock;
  readonly registry?: ActorRegistry;
  readonly onError: (error: unknown) => void;
}

export function superviseChild({ name, launcher, clock, registry, onError }: ChildOptions): Child {
  const machine = childMachine.provide({
    actors: {
      launch: fill((input: { readonly name: string }) => launcher.launch(input.name)),
      awaitExit: fill(async (process: ProcessIdentity | undefined, signal) => {
        if (process !== undefined) await launcher.awaitExit(process, signal);
        return undefined;
      }),
      stop: fill(async (process: ProcessIdentity | undefined) => {
        if (process !== undefined) await launcher.stop(process, childLimits.stopGraceMs);
        return undefined;
      }),
    },
  });
  const observed = registry === undefined ? {} : { registry };
  const actor = startActor(machine, { id: `child ${name}`, input: { name }, clock, onError, ...observed });
  const stateOf = (value: ReturnType<typeof actor.getSnapshot>["value"]): ChildState =>
    typeof value === "string" ? value : (Object.keys(value)[0] as ChildState);
  const state = () => stateOf(actor.getSnapshot().value);
  return {
    name,
    state,
    isCalm: () => actor.getSnapshot().matches({ running: "calm" }),
    process: () => actor.getSnapshot().context.process,
    start: () => {
      actor.send({ type: "start.requested" });
    },
    stop: () =>
      new Promise((resolve) => {
        const watching = actor.subscribe(() => {
          settle();
        });
        const settle = () => {
          if (state() !== "stopped") return;
          watching.unsubscribe();
          resolve();
        };
        actor.send({ type: "stop.requested" });
        settle();
      }),
    lose: () => {
      actor.send({ type: "machine.lost" });
    },
    onChange: (listener) => {
      actor.subscribe(listener);
    },
  };
}

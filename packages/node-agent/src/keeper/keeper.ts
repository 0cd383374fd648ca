/** Starts keepers: one function that brings something to what it should be, called whenever that is in doubt. */
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { keeperMachine } from "./machine.ts";

export interface Keeper {
  /** Something changed: look. */
  look(): void;
  busReturned(): void;
  stop(): void;
}

export interface KeeperOptions {
  readonly what: string;
  readonly intervalMs?: number;
  /** Looks and does what is missing; rejects when it could not. */
  readonly keep: (signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly registry?: ActorRegistry;
  readonly onError: (error: unknown) => void;
}

export function startKeeper(options: KeeperOptions): Keeper {
  const { what, intervalMs, keep, clock, registry, onError } = options;
  const actor = startActor(
    keeperMachine.provide({ actors: { keep: fill<unknown, undefined>((_, signal) => keep(signal)) } }),
    {
      id: `keeper ${what}`,
      input: { what, intervalMs },
      clock,
      onError,
      ...(registry === undefined ? {} : { registry }),
    },
  );
  return {
    look: () => actor.send({ type: "something.changed" }),
    busReturned: () => actor.send({ type: "bus.returned" }),
    stop: () => actor.stop(),
  };
}

/**
 * The actors of one controller's keys: made when a key is first woken, forgotten when they end.
 *
 * Each is a system of its own and not a child of the controller's machine: XState copies the whole list of children at
 * every birth and every end, which 10,000 keys cannot afford.
 */
import type { AnyActorLogic, AnyActorRef } from "xstate";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";

export interface Roster {
  /** Tells the key's actor to look again, or makes one, which looks first of all. */
  wake(key: string): void;
  keys(): readonly string[];
  /** Ends all of them at once. Work under way is called off by its signal. */
  stop(): void;
}

export interface RosterOptions {
  /** Begins the actors' names. */
  readonly name: string;
  /** What one key does: it is given `{ key }` and told `object.changed`, and may end. */
  readonly logic: AnyActorLogic;
  readonly clock: Clock;
  readonly registry?: ActorRegistry;
  /** A bug ended an actor. */
  readonly onError: (error: unknown) => void;
}

export function makeRoster({ name, logic, clock, registry, onError }: RosterOptions): Roster {
  const actors = new Map<string, AnyActorRef & { stop(): unknown }>();

  const begin = (key: string) => {
    const base = { id: `${name} ${key}`, input: { key }, clock, onError };
    const actor = startActor(logic, registry === undefined ? base : { ...base, registry });
    actors.set(key, actor);
    // An actor that ended is forgotten, unless its key has another one by now.
    const forget = () => {
      if (actors.get(key) === actor) actors.delete(key);
    };
    actor.subscribe({ complete: forget, error: forget });
  };

  return {
    wake: (key) => {
      const actor = actors.get(key);
      if (actor === undefined) begin(key);
      else actor.send({ type: "object.changed" });
    },
    keys: () => [...actors.keys()],
    stop: () => {
      const all = [...actors.values()];
      actors.clear();
      for (const actor of all) actor.stop();
    },
  };
}

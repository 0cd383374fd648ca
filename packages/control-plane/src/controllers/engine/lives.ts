/**
 * The lives of one controller's objects: an actor for each, told what every pass came to.
 *
 * A life that moves by itself (its deadline passed) wakes the controller, which looks again.
 */
import type { Actor, AnyStateMachine } from "xstate";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Life, Look } from "./life.ts";

export interface Lives {
  /** What a pass came to. The first look at a key begins its life. */
  tell(key: string, look: Look): void;
  /** The object is no more. */
  end(key: string): void;
  /** Called with the key of a life whose deadline passed. One listener at a time. */
  onDeadline(listener: (key: string) => void): void;
  /** Ends all of them; the next look begins anew. */
  stop(): void;
}

export interface LivesOptions {
  readonly life: Pick<Life<unknown>, "name" | "machine">;
  readonly clock: Clock;
  readonly registry?: ActorRegistry;
  /** A bug ended a life. */
  readonly onError: (error: unknown) => void;
}

type LifeActor = Actor<AnyStateMachine>;

export function makeLives({ life, clock, registry, onError }: LivesOptions): Lives {
  const actors = new Map<string, LifeActor>();
  let listener: (key: string) => void = () => undefined;
  /** The key that is being told: its steps are answers, not news. */
  let told: string | undefined;

  const begin = (key: string): LifeActor => {
    const base = { id: `${life.name} ${key}`, input: { key }, clock, onError };
    const actor = startActor(life.machine, registry === undefined ? base : { ...base, registry });
    actors.set(key, actor);
    actor.subscribe(() => {
      if (told !== key) listener(key);
    });
    return actor;
  };

  return {
    tell: (key, look) => {
      told = key;
      try {
        (actors.get(key) ?? begin(key)).send(look);
      } finally {
        told = undefined;
      }
    },
    end: (key) => {
      actors.get(key)?.stop();
      actors.delete(key);
    },
    onDeadline: (next) => {
      listener = next;
    },
    stop: () => {
      const all = [...actors.values()];
      actors.clear();
      for (const actor of all) actor.stop();
    },
  };
}

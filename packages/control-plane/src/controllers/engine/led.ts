/**
 * What works only while this server leads: starts a controller's machine, and begins and ends the work of several.
 */
import { fromCallback, waitFor, type AnyActorLogic, type EventObject } from "xstate";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import type { Kind } from "../../kinds/kind.ts";
import { controllerMachine } from "./controller.machine.ts";
import type { AnyController } from "./controller.ts";
import { makeRoster } from "./roster.ts";
import type { Workers } from "./workers.ts";

export interface LedOptions {
  readonly cache: Cache;
  readonly clock: Clock;
  readonly registry?: ActorRegistry;
  /** A bug ended a controller. */
  readonly onError: (error: unknown) => void;
}

/** Called by leadership. */
export interface Led {
  /** Leadership was gained: a look at everything, then at what changes. */
  start(): void;
  /** Leadership was lost. Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

export interface Part extends Pick<AnyController, "watches" | "alsoWakes"> {
  /** Unique in the process. */
  readonly id: string;
  /** Begins the names of its keys' actors. */
  readonly name: string;
  /** What one key does: see roster.ts. */
  readonly key: AnyActorLogic;
  readonly workers: Workers;
}

export type LedActor = ReturnType<typeof startLed>;

export function startLed(part: Part, options: LedOptions) {
  const { cache, clock, registry, onError } = options;
  const { id, workers } = part;
  const logic = controllerMachine.provide({
    actors: {
      awaitSync: fill<unknown, undefined>(() => cache.synced),
      work: workOn(part, options),
      drain: fill<unknown, undefined>(() => workers.idle()),
    },
  });
  const base = { id, input: undefined, clock, onError };
  return startActor(logic, registry === undefined ? base : { ...base, registry });
}

export const leadAll = (actors: readonly LedActor[]): Led => ({
  start: () => {
    for (const actor of actors) actor.send({ type: "leadership.gained" });
  },
  stop: async () => {
    for (const actor of actors) actor.send({ type: "leadership.lost" });
    await Promise.all(actors.map((actor) => waitFor(actor, (state) => state.matches("standingBy"))));
  },
});

/** First a look at all there is, then at what changes. */
const workOn = ({ name, key, watches, alsoWakes }: Part, options: LedOptions) =>
  fromCallback<EventObject>(() => {
    const { cache } = options;
    const roster = makeRoster({ ...options, name, logic: key });
    const hear = (event: CacheEvent) => {
      for (const { kind, wakes } of watches) {
        if (kind === event.kind || kind === "every") for (const one of wakes(event, cache)) roster.wake(one);
      }
    };
    const subscription = cache.onEvent(hear);
    const kinds = new Set(watches.flatMap(({ kind }) => (kind === "every" ? cache.kinds() : [kind as Kind])));
    for (const kind of kinds) for (const event of existing(kind, cache)) hear(event);
    const others = alsoWakes?.((one) => roster.wake(one));
    return () => {
      subscription.unsubscribe();
      others?.unsubscribe();
      roster.stop();
    };
  });

const existing = (kind: Kind, cache: Cache): readonly CacheEvent[] =>
  cache.list(kind).map((object) => ({
    type: "ADDED",
    kind,
    revision: cache.revision(kind),
    object,
    json: () => new TextEncoder().encode(JSON.stringify(object)),
  }));

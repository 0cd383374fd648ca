/**
 * A list of the API as it is now, kept up to date: what the reflector machine fills with life.
 *
 * Level-triggered: listeners hear which keys to look at again, and look here. Until the first list arrived
 * nothing is known, which is different from "there is nothing": see `isKnown`.
 */
import { keyOf, type KubeObject } from "@kubus/shared/api/meta.ts";
import type { Bus } from "@kubus/shared/bus/bus.ts";
import type { Random } from "@kubus/shared/chance/random.ts";
import { isRefusal, Refusal } from "@kubus/shared/errors/codes.ts";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Api, WatchEvent } from "../ports/api.ts";
import { reflectorMachine, type WatchEnd } from "./reflector.machine.ts";

/** A watch that lived so long had a server that works. */
const steadyMs = 10_000;

export interface Reflector<T extends KubeObject> {
  /** By `namespace/name`. */
  readonly objects: ReadonlyMap<string, T>;
  /** Whether the list was read at least once. */
  readonly isKnown: () => boolean;
  stop(): void;
}

export interface ReflectorOptions {
  readonly api: Api;
  readonly bus: Pick<Bus, "onState">;
  readonly path: string;
  /** For charts and logs: `pods`. */
  readonly what: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly registry?: ActorRegistry;
  readonly onChange: (keys: readonly string[]) => void;
  readonly onError: (error: unknown) => void;
}

export function startReflector<T extends KubeObject>(options: ReflectorOptions): Reflector<T> {
  const { api, bus, path, what, clock, random, onChange, onError, registry } = options;
  const mirror = new Map<string, T>();
  let revision: string | undefined;

  const list = async () => {
    const { metadata, items } = await api.list<T>(path);
    revision = metadata.resourceVersion;
    onChange(replace(mirror, items));
  };
  const take = (event: WatchEvent<T>): WatchEnd | undefined => {
    if (event.type === "ERROR") return endOf(event.object);
    revision = event.object.metadata.resourceVersion;
    if (event.type === "BOOKMARK") return undefined;
    const key = keyOf(event.object);
    if (event.type === "DELETED") mirror.delete(key);
    else mirror.set(key, event.object);
    onChange([key]);
    return undefined;
  };
  const follow = async (signal: AbortSignal): Promise<WatchEnd> => {
    if (revision === undefined) return "expired";
    const begun = clock.monotonic();
    try {
      for await (const event of api.watch<T>(path, revision, signal)) {
        const end = take(event);
        if (end !== undefined) return end;
      }
      return "ended";
    } catch (error) {
      if (isRefusal(error, "gone", "expired")) return "expired";
      // A watch that held for a while and then broke is no reason to grow more patient.
      if (!signal.aborted && clock.monotonic() - begun >= steadyMs) return "ended";
      throw error;
    }
  };

  const logic = reflectorMachine.provide({
    actors: { list: fill<unknown, undefined>(list), follow: fill((_, signal) => follow(signal)) },
  });
  const actor = startActor(logic, {
    id: `reflector ${what}`,
    input: { what, jitter: () => random.next() },
    clock,
    onError,
    ...(registry === undefined ? {} : { registry }),
  });
  const states = bus.onState((state) => {
    if (state === "connected") actor.send({ type: "bus.returned" });
  });
  return {
    objects: mirror,
    isKnown: () => revision !== undefined,
    stop: () => {
      states.unsubscribe();
      actor.stop();
    },
  };
}

/** Puts `items` in the mirror's place and names every key that changed, came or went. */
function replace<T extends KubeObject>(mirror: Map<string, T>, items: readonly T[]): readonly string[] {
  const before = new Map(mirror);
  mirror.clear();
  for (const item of items) mirror.set(keyOf(item), item);
  const versionOf = (object: T | undefined) =>
    object && `${object.metadata.uid} ${object.metadata.resourceVersion}`;
  return [...new Set([...before.keys(), ...mirror.keys()])].filter(
    (key) => versionOf(before.get(key)) !== versionOf(mirror.get(key)),
  );
}

function endOf({ code, message }: { readonly code?: number; readonly message?: string }): WatchEnd {
  if (code === 410) return "expired";
  if (code !== undefined && code < 500)
    throw new Refusal("badRequest", message ?? `The watch ended with ${code}.`);
  throw new Trouble("broken", message ?? "The watch ended with an error.");
}

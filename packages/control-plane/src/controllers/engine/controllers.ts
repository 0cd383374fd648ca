/**
 * Runs all controllers of a server: fills the machines' holes with the cache, the clock and the API.
 *
 * They work between `start` and `stop`, which leadership calls. Passes run at most `workersMax` at once for each
 * controller; a failed pass is told to the log, and its key pauses.
 */
import { fromCallback, waitFor, type ActorRefFrom } from "xstate";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Event } from "@kubus/shared/api/core.ts";
import type { ObjectsAs } from "../../api/objects.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import type { Kind } from "../../kinds/kind.ts";
import { makeAct } from "./act.ts";
import { controllerMachine, type ControllerEvent } from "./controller.machine.ts";
import type { AnyController } from "./controller.ts";
import { makeRecorder } from "./events.ts";
import { keyMachine, type Outcome } from "./key.machine.ts";
import { makeWorkers, type Workers } from "./workers.ts";

/** Keys of one controller that are worked on at once, unless it says otherwise. */
const workersMax = 8;

export interface ControllersOptions {
  readonly controllers: readonly AnyController[];
  readonly cache: Cache;
  readonly objectsAs: ObjectsAs;
  /** The row of the kind Event. */
  readonly eventKind: Kind<Event>;
  readonly clock: Clock;
  readonly registry?: ActorRegistry;
  readonly log: Log;
  /** A bug ended a controller. */
  readonly onError: (error: unknown) => void;
}

export interface Controllers {
  /** Leadership was gained: every controller looks at everything, then at what changes. */
  start(): void;
  /** Leadership was lost. Resolves when no pass is under way any more. */
  stop(): Promise<void>;
}

export function makeControllers(options: ControllersOptions): Controllers {
  const actors = options.controllers.map((controller) => startController(controller, options));
  return {
    start: () => {
      for (const actor of actors) actor.send({ type: "leadership.gained" });
    },
    stop: async () => {
      for (const actor of actors) actor.send({ type: "leadership.lost" });
      await Promise.all(actors.map((actor) => waitFor(actor, (state) => state.matches("standingBy"))));
    },
  };
}

/** The user in whose name a controller writes. */
export const userOf = (controller: string): string =>
  `system:serviceaccount:kube-system:${controller}-controller`;

function startController(controller: AnyController, options: ControllersOptions) {
  const { cache, clock, registry, onError } = options;
  const workers = makeWorkers(controller.workersMax ?? workersMax);
  const logic = controllerMachine.provide({
    actors: {
      awaitSync: fill<unknown, undefined>(() => cache.synced),
      drain: fill<unknown, undefined>(() => workers.idle()),
      followChanges: followChanges(controller, cache),
      key: keyMachine.provide({ actors: { reconcileKey: reconcileKey(controller, workers, options) } }),
    },
  });
  const id = `${controller.name}-controller`;
  const base = { id, input: { name: controller.name }, clock, onError };
  return startActor(logic, registry === undefined ? base : { ...base, registry });
}

export type ControllerActor = ActorRefFrom<typeof controllerMachine>;

/** First a look at all there is, then at what changes. */
const followChanges = (controller: AnyController, cache: Cache) =>
  fromCallback<ControllerEvent>(({ sendBack }) => {
    const wake = (key: string) => sendBack({ type: "key.changed", key });
    const hear = (event: CacheEvent) => {
      for (const { kind, wakes } of controller.watches) {
        if (kind === event.kind) for (const key of wakes(event, cache)) wake(key);
      }
    };
    const subscription = cache.onEvent(hear);
    const kinds = new Set(controller.watches.map(({ kind }) => kind as Kind));
    for (const kind of kinds) for (const event of existing(kind, cache)) hear(event);
    const others = controller.alsoWakes?.(wake);
    return () => {
      subscription.unsubscribe();
      others?.unsubscribe();
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

/** One pass: observe, decide, act. */
function reconcileKey(controller: AnyController, workers: Workers, options: ControllersOptions) {
  const { cache, clock, eventKind } = options;
  const log = options.log.with({ controller: controller.name });
  const objects = options.objectsAs(userOf(controller.name));
  const component = `${controller.name}-controller`;
  const recordEvent = makeRecorder({ objects, eventKind, component, clock, log });
  const act = makeAct({ objects, recordEvent });

  const pass = async (key: string, signal: AbortSignal): Promise<Outcome> => {
    const view: unknown = controller.observe(key, { cache, now: clock.now() });
    const { effects, requeueAfterMs } = controller.reconcile(view);
    if ((await act(effects, signal)) === "overtaken") return { result: "overtaken" };
    if (controller.isGone?.(view) === true) return { result: "gone" };
    return { result: "settled", ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }) };
  };

  return fill<Outcome, { readonly key: string }>(async ({ key }, signal) => {
    try {
      return await workers.run(() => pass(key, signal), signal);
    } catch (error) {
      if (!signal.aborted) log.warn("pass.failed", { key, why: String(error) });
      throw error;
    }
  });
}

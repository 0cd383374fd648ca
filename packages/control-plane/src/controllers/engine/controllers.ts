/**
 * Runs all controllers of a server: fills the machines' holes with the cache, the clock and the API.
 *
 * Passes run at most `workersMax` at once for each controller; a failed pass is told to the log, and its key pauses.
 */
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { Event } from "@kubus/shared/api/core.ts";
import type { ObjectsAs } from "../../api/objects.ts";
import type { CountPass, PassCost } from "../../api/operation/metrics.ts";
import type { Kind } from "../../kinds/kind.ts";
import { makeAct } from "./act.ts";
import type { AnyController } from "./controller.ts";
import { makeRecorder } from "./events.ts";
import { keyMachine, type Outcome } from "./key.machine.ts";
import { makeLives, type Lives } from "./lives.ts";
import { leadAll, startLed, type Led, type LedActor, type LedOptions } from "./led.ts";
import { makeWorkers, type Workers } from "./workers.ts";

/** Keys of one controller that are worked on at once, unless it says otherwise. */
const workersMax = 8;

export interface ControllersOptions extends LedOptions {
  readonly controllers: readonly AnyController[];
  readonly objectsAs: ObjectsAs;
  /** The row of the kind Event. */
  readonly eventKind: Kind<Event>;
  readonly log: Log;
  readonly countPass?: CountPass;
}

export type Controllers = Led;

export function makeControllers(options: ControllersOptions): Controllers {
  return leadAll(options.controllers.map((controller) => startController(controller, options)));
}

/** The user in whose name a controller writes. */
export const userOf = (controller: string): string =>
  `system:serviceaccount:kube-system:${controller}-controller`;

function startController(controller: AnyController, options: ControllersOptions): LedActor {
  const workers = makeWorkers(controller.workersMax ?? workersMax);
  const lives = controller.life === undefined ? undefined : makeLives({ ...options, life: controller.life });
  const reconcile = reconcileKey(controller, { ...options, workers, lives });
  const key = keyMachine.provide({ actors: { reconcileKey: reconcile } });
  const part = { ...controller, id: `${controller.name}-controller`, key, workers };
  if (lives === undefined) return startLed(part, options);
  // The plain name, such as `job default/pi`, belongs to the object's life.
  const name = `${controller.name}-pass`;
  return startLed({ ...part, name, alsoWakes: wakesOf(controller, lives) }, options);
}

/** Deadlines of lives wake their keys while this server leads; lives end with the leadership. */
const wakesOf =
  (controller: AnyController, lives: Lives): NonNullable<AnyController["alsoWakes"]> =>
  (wake) => {
    lives.onDeadline(wake);
    const others = controller.alsoWakes?.(wake);
    return {
      unsubscribe: () => {
        others?.unsubscribe();
        lives.stop();
      },
    };
  };

interface Pass extends ControllersOptions {
  readonly workers: Workers;
  readonly lives: Lives | undefined;
}

/** One pass: observe, decide, act. */
function reconcileKey(controller: AnyController, options: Pass) {
  const { cache, clock, eventKind, workers, lives } = options;
  const log = options.log.with({ controller: controller.name });
  const objects = options.objectsAs(userOf(controller.name));
  const component = controller.component ?? `${controller.name}-controller`;
  const recordEvent = makeRecorder({ objects, eventKind, component, clock, log });
  const act = makeAct({ objects, recordEvent });

  const pass = async (key: string, signal: AbortSignal, decided: () => void): Promise<Outcome> => {
    const view: unknown = controller.observe(key, { cache, now: clock.now() });
    const { effects, requeueAfterMs } = controller.reconcile(view);
    const look = controller.life?.classify(view);
    if (look !== undefined) lives?.tell(key, look);
    decided();
    if ((await act(effects, signal)) === "overtaken") return { result: "overtaken" };
    if (controller.isGone?.(view) === true) {
      lives?.end(key);
      return { result: "gone" };
    }
    return { result: "settled", ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }) };
  };

  const counted = async (key: string, signal: AbortSignal): Promise<Outcome> => {
    const begunAt = clock.monotonic();
    let decidedAt = begunAt;
    let result: PassCost["result"] = "failed";
    try {
      const outcome = await pass(key, signal, () => (decidedAt = clock.monotonic()));
      result = outcome.result;
      return outcome;
    } finally {
      const decideSeconds = (decidedAt - begunAt) / 1_000;
      const seconds = (clock.monotonic() - begunAt) / 1_000;
      options.countPass?.({ controller: controller.name, decideSeconds, seconds, result });
    }
  };

  return fill<Outcome, { readonly key: string }>(async ({ key }, signal) => {
    try {
      return await workers.run(() => counted(key, signal), signal);
    } catch (error) {
      if (!signal.aborted) log.warn("pass.failed", { key, why: String(error) });
      throw error;
    }
  });
}

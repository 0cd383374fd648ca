/**
 * Runs all controllers of a server: fills the machines' holes with the cache, the clock and the API.
 *
 * Passes run at most `workersMax` at once for each controller; a failed pass is told to the log, and its key pauses.
 */
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { Event } from "@kubus/shared/api/core.ts";
import type { ObjectsAs } from "../../api/objects.ts";
import type { Kind } from "../../kinds/kind.ts";
import { makeAct } from "./act.ts";
import type { AnyController } from "./controller.ts";
import { makeRecorder } from "./events.ts";
import { keyMachine, type Outcome } from "./key.machine.ts";
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
  const key = keyMachine.provide({ actors: { reconcileKey: reconcileKey(controller, workers, options) } });
  return startLed({ ...controller, id: `${controller.name}-controller`, key, workers }, options);
}

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

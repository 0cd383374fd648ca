/**
 * The scheduler of a server: gives every pending pod a board, the most important first.
 *
 * It works between `start` and `stop`, which leadership calls. Bindings run side by side; the ledger counts each from
 * the moment of its decision, so that no board is filled twice.
 */
import type { Event } from "@kubus/shared/api/core.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { ObjectsAs } from "../api/objects.ts";
import { leadAll, startLed, type Led, type LedOptions } from "../controllers/engine/led.ts";
import { makeWorkers } from "../controllers/engine/workers.ts";
import type { Kind } from "../kinds/kind.ts";
import { makeLedger } from "./ledger.ts";
import { placementMachine } from "./placement.machine.ts";
import { bind } from "./placement/bind.ts";
import { seeVolumes, selectNode } from "./placement/claims.ts";
import { decideInTurn } from "./placement/decide-in-turn.ts";
import { makeTell, type Desk } from "./placement/desk.ts";
import { explain, stepBack } from "./placement/explain.ts";
import { preempt } from "./placement/preempt.ts";
import { makeWaitingRoom } from "./queue/waiting-room.ts";
import { watchesOf } from "./queue/watches.ts";
import type { Weights } from "../switches/score-weights.ts";

/** Bindings under way at once: the store batches them. */
const bindingsMax = 64;

export interface SchedulerOptions extends LedOptions {
  readonly objectsAs: ObjectsAs;
  readonly eventKind: Kind<Event>;
  readonly log: Log;
  /** What scores weigh here, by name; the table of scores and the profiles say the rest. */
  readonly weights?: Weights;
}

export function makeScheduler(options: SchedulerOptions): Led {
  const objects = options.objectsAs("system:kube-scheduler");
  const desk: Desk = {
    ...options,
    objects,
    weights: options.weights ?? {},
    ledger: makeLedger(options.cache),
    room: makeWaitingRoom(),
    workers: makeWorkers(bindingsMax),
    tell: makeTell({ ...options, objects }),
  };
  const key = placementMachine.provide({
    actors: {
      decide: decideInTurn(desk),
      preempt: preempt(desk),
      selectNode: selectNode(desk),
      seeVolumes: seeVolumes(desk),
      bind: bind(desk),
      explain: explain(desk),
      stepBack: stepBack(desk),
    },
  });
  const { workers, ledger, room } = desk;
  const watches = watchesOf(desk);
  const led = leadAll([startLed({ id: "scheduler", name: "placement", watches, key, workers }, options)]);
  return {
    start: () => led.start(),
    stop: async () => {
      await led.stop();
      // Whoever leads next begins by looking; what this one was about to do is not done.
      ledger.forgetAll();
      room.clear();
    },
  };
}

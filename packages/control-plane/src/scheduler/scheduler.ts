/**
 * The scheduler of a server: gives every pending pod a board, the most important first.
 *
 * It works between `start` and `stop`, which leadership calls. Bindings run side by side; the ledger counts each from
 * the moment of its decision, so that no board is filled twice.
 */
import type { Event } from "@kubus/shared/api/core.ts";
import { keyOf, type Condition } from "@kubus/shared/api/meta.ts";
import type { Node } from "@kubus/shared/api/node.ts";
import { isFinished, type Pod } from "@kubus/shared/api/pod.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import type { Objects, ObjectsAs } from "../api/objects.ts";
import { isSame } from "../api/same.ts";
import type { CacheEvent } from "../cache/cache.ts";
import { makeRecorder, type RecordEvent } from "../controllers/engine/events.ts";
import { leadAll, startLed, type Led, type LedOptions } from "../controllers/engine/led.ts";
import { makeWorkers, type Workers } from "../controllers/engine/workers.ts";
import { referenceTo, targetOf } from "../controllers/workload/ownership.ts";
import { splitKey } from "../controllers/workload/wake.ts";
import { nodeKind, podKind } from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";
import { decide, isPending, schedulerName, type Decision } from "./decide.ts";
import { makeLedger, type Ledger } from "./ledger.ts";
import { makeLine } from "./line.ts";
import { placementMachine } from "./placement.machine.ts";

/** Bindings under way at once: the store batches them. */
const bindingsMax = 32;

export interface SchedulerOptions extends LedOptions {
  readonly objectsAs: ObjectsAs;
  readonly eventKind: Kind<Event>;
  readonly log: Log;
}

interface Desk extends SchedulerOptions {
  readonly ledger: Ledger;
  readonly objects: Objects;
  readonly recordEvent: RecordEvent;
  readonly workers: Workers;
}

export function makeScheduler(options: SchedulerOptions): Led {
  const { cache, clock, eventKind, log } = options;
  const objects = options.objectsAs("system:kube-scheduler");
  const desk: Desk = {
    ...options,
    objects,
    ledger: makeLedger(cache),
    recordEvent: makeRecorder({ objects, eventKind, component: schedulerName, clock, log }),
    workers: makeWorkers(bindingsMax),
  };
  const key = placementMachine.provide({
    actors: { decide: decideInTurn(desk), bind: bind(desk), explain: explain(desk) },
  });
  const { ledger, workers } = desk;
  const watches = watchesOf(ledger);
  return leadAll([startLed({ id: "scheduler", name: "placement", watches, key, workers }, options)]);
}

/** A pod wakes itself; what may make room or lift an objection wakes all that wait. */
const watchesOf = (ledger: Ledger) => [
  {
    kind: podKind,
    wakes: (event: CacheEvent) => {
      const pod = event.object as Pod;
      const previous = event.previous as Pod | undefined;
      if (isPending(pod) || (previous !== undefined && isPending(previous))) {
        return isPlacementChanged(event) ? [keyOf(pod)] : [];
      }
      const hasLeft =
        event.type === "DELETED" || (isFinished(pod) && previous !== undefined && !isFinished(previous));
      return hasLeft ? ledger.pending() : [];
    },
  },
  { kind: nodeKind, wakes: (event: CacheEvent) => (mayHelp(event) ? ledger.pending() : []) },
];

/** Our own binding and our own words about a pod need no look. */
function isPlacementChanged({ type, object, previous }: CacheEvent): boolean {
  if (type !== "MODIFIED" || previous === undefined) return true;
  if (((object as Pod).spec.nodeName ?? "") !== "") return false;
  return (
    object.metadata.generation !== previous.metadata.generation ||
    object.metadata.deletionTimestamp !== previous.metadata.deletionTimestamp
  );
}

/** Whether a pod that was refused may now be taken. Beats of a node change its status all the time and help nobody. */
function mayHelp({ type, object, previous }: CacheEvent): boolean {
  if (type === "DELETED") return false;
  if (previous === undefined) return true;
  const [now, before] = [object as Node, previous as Node];
  return !(
    isSame(now.spec, before.spec) &&
    isSame(now.metadata.labels, before.metadata.labels) &&
    isSame(now.status?.allocatable, before.status?.allocatable)
  );
}

const priorityOf = (pod: Pod | undefined) => pod?.spec.priority ?? 0;

function decideInTurn({ cache, clock, ledger }: Desk) {
  const podOf = (key: string): Pod | undefined => {
    const { namespace, name } = splitKey(key);
    return cache.get(podKind, namespace, name);
  };
  const line = makeLine<Pod | undefined>(clock, (a, b) => priorityOf(a) > priorityOf(b));
  return fill<Decision, { readonly key: string }>(async ({ key }, signal) => {
    await line.turn(podOf(key));
    signal.throwIfAborted();
    const decision = decide(podOf(key), ledger.boards());
    if (decision.type === "bind") ledger.assume(decision.want, decision.node);
    return decision;
  });
}

const bind = ({ objects, ledger, recordEvent, workers, log }: Desk) =>
  fill<unknown, Decision>(async (decision, signal) => {
    if (decision.type !== "bind") return;
    const { want, node } = decision;
    const { pod } = want;
    const { uid } = pod.metadata;
    try {
      await workers.run(() => objects.bind({ ...targetOf(pod), uid }, node), signal);
    } catch (error) {
      ledger.forget(uid);
      if (!signal.aborted) log.warn("bind.failed", { pod: keyOf(pod), node, why: String(error) });
      throw error;
    }
    recordEvent({
      about: referenceTo(pod),
      eventType: "Normal",
      reason: "Scheduled",
      message: `Successfully assigned ${keyOf(pod)} to ${node}`,
    });
  });

/** Tells the pod's owner why it waits: in an event, and in the condition that `kubectl describe` shows. */
const explain = ({ objects, clock, recordEvent, log }: Desk) =>
  fill<unknown, Decision>(async (decision) => {
    if (decision.type !== "unschedulable") return;
    const { pod, message } = decision;
    recordEvent({ about: referenceTo(pod), eventType: "Warning", reason: "FailedScheduling", message });
    const former = pod.status?.conditions ?? [];
    const type = "PodScheduled";
    const known = former.find((condition) => condition.type === type);
    if (known?.reason === "Unschedulable" && known.message === message) return;
    const at = timestamp(clock.now());
    const lastTransitionTime = known?.status === "False" ? (known.lastTransitionTime ?? at) : at;
    const next: Condition = { type, status: "False", reason: "Unschedulable", message, lastTransitionTime };
    const conditions = [...former.filter((condition) => condition !== known), next];
    const { resourceVersion } = pod.metadata;
    const patch = { metadata: { resourceVersion }, status: { conditions } };
    try {
      await objects.patch(podKind, targetOf(pod), patch, "status");
    } catch (error) {
      // Only words are missing; the next attempt says them again.
      log.debug("explain.failed", { pod: keyOf(pod), why: String(error) });
    }
  });

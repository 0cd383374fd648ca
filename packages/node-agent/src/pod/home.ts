/**
 * One pod's home on this board: its actor, the scribe of its status, its events and its record, wired together.
 *
 * Everything is derived from the actor's snapshot; nothing here remembers what to do next.
 */
import type { Actor } from "xstate";
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Pod, PodStatus, ResourceList } from "@kubus/shared/api/pod.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Recorder } from "../event/recorder.ts";
import { startKeeper } from "../keeper/keeper.ts";
import type { Api } from "../ports/api.ts";
import type { Checks } from "../ports/checks.ts";
import type { LogFiles } from "../ports/log-files.ts";
import type { Records } from "../ports/records.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { Volumes } from "../volume/volumes.ts";
import type { ApiPlace } from "./api-place.ts";
import { noticesOf } from "./events.ts";
import { podHealth, type Health } from "./health.ts";
import type { podMachine } from "./machine.ts";
import type { PlanTerms } from "./plan.ts";
import { podOn } from "./ports.ts";
import { placeOf, viewOf } from "./progress.ts";
import { recordKeeper } from "./record-keeper.ts";
import { statusWriter } from "./scribe.ts";
import type { SourceCache } from "./sources.ts";
import { isTelling, podStatus, type PodView } from "./status.ts";

/** What all homes of a board share. */
export interface PodWorld {
  readonly api: Api;
  readonly runtime: Runtime;
  readonly records: Records;
  readonly logs: LogFiles;
  readonly checks: Checks;
  readonly recorder: Recorder;
  readonly sources: SourceCache;
  readonly volumes: Volumes;
  /** Where containers find the API; undefined while nobody knows. */
  readonly apiPlace: () => Promise<ApiPlace | undefined>;
  /** What pods may have of this board, as its Node says. */
  readonly allocatable: () => ResourceList | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly registry?: ActorRegistry;
  readonly terms: PlanTerms & { readonly nodeName: string; readonly hostIp: string };
  readonly onError: (error: unknown) => void;
  /** The API's copy of the pod with this key and uid, as the mirror has it. */
  readonly known: (pod: Pod) => Pod | undefined;
}

export interface Home {
  readonly pod: Pod;
  view(): PodView;
  /** The pod is to end; a second call may shorten the grace period, never lengthen it. */
  delete(graceMs: number): void;
  /** The API's copy changed: look whether it says what is so. */
  look(): void;
  busReturned(): void;
  /** Ends the actors and nothing else: the pod runs on. */
  stop(): void;
}

export function startHome(pod: Pod, world: PodWorld, onGone: () => void): Home {
  const { registry, clock, onError, api, recorder, known, volumes } = world;
  const run = { clock, onError, ...(registry === undefined ? {} : { registry }) };
  const name = keyOf(pod);
  const podIp = () => actor.getSnapshot().context.sandbox?.ip;
  const { canMount } = volumes;
  const machine = podOn(pod, world, podIp);
  const actor: PodActor = startActor(machine, { id: `pod ${name}`, input: { pod, canMount }, ...run });
  volumes.onChange(pod.metadata.uid, () => actor.send({ type: "source.changed" }));
  const health = podHealth({
    ...world,
    pod,
    onChange: () => tell(),
    onNotice: (notice) => recorder.record(about(pod), notice),
    onUnhealthy: (container) => {
      const { main, init } = actor.getSnapshot().context;
      [...main, ...init].find(({ id }) => id === container)?.send({ type: "liveness.failed" });
    },
  });
  const wanted = (before: PodStatus) => statusOf(actor, health, { before, world });
  const write = statusWriter({ api, known: () => known(pod), wanted });
  const scribe = startKeeper({ what: `status ${name}`, keep: write, ...run });
  const record = recordKeeper(world);
  const tell = () => {
    const newest = known(pod) ?? pod;
    record.keep({ ...newest, status: wanted(newest.status ?? {}) ?? newest.status ?? {} });
    scribe.look();
  };
  let before: PodView | undefined;
  const step = () => {
    const now = viewOfPod(actor);
    health.look(now);
    for (const notice of noticesOf(before, now)) recorder.record(about(pod), notice);
    before = now;
    tell();
  };
  const end = () => {
    health.stop();
    scribe.stop();
  };
  actor.subscribe({
    next: step,
    complete: () => {
      // Also told when the agent stops; then the pod runs on.
      if (actor.getSnapshot().status !== "done") return;
      end();
      void record.forget(pod).finally(onGone);
    },
  });
  step();

  return {
    pod,
    view: () => viewOfPod(actor),
    delete: (graceMs) => actor.send({ type: "pod.deleted", graceMs }),
    look: () => {
      scribe.look();
      volumes.look(pod.metadata.uid);
    },
    busReturned: () => {
      actor.send({ type: "bus.returned" });
      scribe.busReturned();
    },
    stop: () => {
      actor.stop();
      end();
    },
  };
}

type PodActor = Actor<typeof podMachine>;

/** The status as it should stand in the API; undefined while there is nothing to tell. */
function statusOf(
  actor: PodActor,
  health: Health,
  { before, world }: { readonly before: PodStatus; readonly world: PodWorld },
): PodStatus | undefined {
  const view = viewOfPod(actor);
  if (!isTelling(view)) return undefined;
  const { clock, runtime, terms } = world;
  const { hasStarted, isReady } = health;
  return podStatus(view, before, {
    now: clock.now(),
    hostIp: terms.hostIp,
    runtimeName: runtime.name,
    hasStarted,
    isReady,
  });
}

function viewOfPod(actor: PodActor): PodView {
  const { value, context } = actor.getSnapshot();
  const { pod, sandbox, problem, init, main } = context;
  return { pod, place: placeOf(value), sandbox, problem, init: init.map(viewOf), main: main.map(viewOf) };
}

const about = ({ metadata }: Pod) => ({ apiVersion: "v1", kind: "Pod", metadata });

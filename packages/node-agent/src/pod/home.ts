/**
 * One pod's home on this board: its actor, the scribe of its status, its events and its record, wired together.
 *
 * Everything is derived from the actor's snapshot; nothing here remembers what to do next.
 */
import type { Actor } from "xstate";
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Pod, PodStatus } from "@kubus/shared/api/pod.ts";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import { invariant } from "@kubus/shared/errors/invariant.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Attempt } from "../container/machine.ts";
import { containerOn } from "../container/ports.ts";
import type { Recorder } from "../event/recorder.ts";
import { startKeeper } from "../keeper/keeper.ts";
import type { Api } from "../ports/api.ts";
import type { Checks } from "../ports/checks.ts";
import type { LogFiles } from "../ports/log-files.ts";
import type { Records } from "../ports/records.ts";
import type { Runtime } from "../ports/runtime.ts";
import { noticesOf } from "./events.ts";
import { podHealth } from "./health.ts";
import { podMachine } from "./machine.ts";
import { containerSpec, logPath, podLogFolder, sandboxSpec, type PlanTerms } from "./plan.ts";
import { placeOf, viewOf } from "./progress.ts";
import { podPath, statusWriter } from "./scribe.ts";
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
  const { registry, clock, onError, runtime, terms, recorder } = world;
  const run = { clock, onError, ...(registry === undefined ? {} : { registry }) };
  const name = keyOf(pod);
  const actor: Actor<typeof podMachine> = startActor(
    podOn(pod, world, () => actor.getSnapshot().context.sandbox?.ip),
    {
      id: `pod ${name}`,
      input: pod,
      ...run,
    },
  );
  const view = () => viewOfPod(actor);

  const health = podHealth({
    pod,
    runtime,
    checks: world.checks,
    ...run,
    onChange: () => scribe.look(),
    onNotice: (notice) => recorder.record(about(pod), notice),
    onUnhealthy: (container) => {
      const { main, init } = actor.getSnapshot().context;
      [...main, ...init].find(({ id }) => id === container)?.send({ type: "liveness.failed" });
    },
  });
  const statusTerms = () => ({
    now: clock.now(),
    hostIp: terms.hostIp,
    runtimeName: runtime.name,
    hasStarted: health.hasStarted,
    isReady: health.isReady,
  });
  const wanted = (before: PodStatus) =>
    isTelling(view()) ? podStatus(view(), before, statusTerms()) : undefined;
  const write = statusWriter({ api: world.api, known: () => world.known(pod), wanted });
  const scribe = startKeeper({ what: `status ${name}`, keep: write, ...run });
  const record = recordKeeper(world);
  let before: PodView | undefined;
  const step = () => {
    const now = view();
    health.look(now);
    for (const notice of noticesOf(before, now)) recorder.record(about(pod), notice);
    before = now;
    const newest = world.known(pod) ?? pod;
    record.keep({ ...newest, status: wanted(newest.status ?? {}) ?? newest.status ?? {} });
    scribe.look();
  };
  actor.subscribe({
    next: step,
    complete: () => {
      // Also told when the agent stops; then the pod runs on.
      if (actor.getSnapshot().status !== "done") return;
      health.stop();
      scribe.stop();
      void record
        .forget(pod)
        .then(() => forget(pod, world))
        .finally(onGone);
    },
  });
  step();

  return {
    pod,
    view,
    delete: (graceMs) => actor.send({ type: "pod.deleted", graceMs }),
    look: () => scribe.look(),
    busReturned: () => {
      actor.send({ type: "bus.returned" });
      scribe.busReturned();
    },
    stop: () => {
      health.stop();
      actor.stop();
      scribe.stop();
    },
  };
}

/** The pod's machine with its holes filled; `podIp` is asked when a container starts. */
function podOn(pod: Pod, world: PodWorld, podIp: () => string | undefined): typeof podMachine {
  const { api, runtime, logs, terms, known, sources } = world;
  const { uid } = pod.metadata;
  const specOf = async ({ plan, attempt }: Attempt) => {
    const newest = known(pod) ?? pod;
    const all = [...(newest.spec.initContainers ?? []), ...newest.spec.containers];
    const container = all.find(({ name }) => name === plan.name);
    invariant(container !== undefined, `container "${plan.name}" left its pod`);
    const fetched = await sources.fetchFor(container, newest);
    const { nodeName, hostIp } = terms;
    const from = { pod: newest, nodeName, hostIp, podIp: podIp() ?? "", ...fetched };
    return containerSpec(container, attempt, { sources: from, terms });
  };
  return podMachine.provide({
    actors: {
      container: containerOn({ runtime, specOf, forgetLog: (id) => logs.remove(logPath(terms, pod, id)) }),
      ensureSandbox: fill((it, signal) => runtime.ensureSandbox(sandboxSpec(it, terms), signal)),
      release: fill<unknown, Pod>(() => runtime.removeSandbox(uid)),
      confirm: fill<unknown, Pod>(async (it) => {
        try {
          await api.delete(podPath(it), { gracePeriodSeconds: 0, preconditions: { uid } });
        } catch (error) {
          // Gone already, or its name belongs to a successor: both mean that this one is over.
          if (!isRefusal(error, "notFound", "conflict")) throw error;
        }
      }),
    },
  });
}

function viewOfPod(actor: Actor<typeof podMachine>): PodView {
  const { value, context } = actor.getSnapshot();
  const { pod, sandbox, problem, init, main } = context;
  return { pod, place: placeOf(value), sandbox, problem, init: init.map(viewOf), main: main.map(viewOf) };
}

const about = ({ metadata }: Pod) => ({ apiVersion: "v1", kind: "Pod", metadata });

/** Saves the pod when what a later agent must know has changed: its phase, restarts, readiness. One write at a time. */
function recordKeeper({ records, log }: PodWorld) {
  let saved = "";
  let last: Promise<void> = Promise.resolve();
  // The record is for hard times: without it the pod still runs, and the API tells of it again.
  const queue = (pod: Pod, write: () => Promise<void>) => {
    last = last
      .then(write)
      .catch((error: unknown) => log.warn("pod.unrecorded", { pod: keyOf(pod), why: String(error) }));
    return last;
  };
  return {
    keep: (pod: Pod): void => {
      const { status = {} } = pod;
      const runs = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
      const ends = runs.map(({ containerID, ready, state }) => [
        containerID,
        ready,
        state.terminated?.exitCode,
      ]);
      const essence = JSON.stringify([status.phase, ends]);
      if (essence === saved) return;
      saved = essence;
      void queue(pod, () => records.savePod(pod));
    },
    forget: (pod: Pod): Promise<void> => queue(pod, () => records.removePod(pod.metadata.uid)),
  };
}

/** Takes away what else the board kept about a pod that is over. */
async function forget(pod: Pod, { logs, sources, terms, log }: PodWorld): Promise<void> {
  sources.forget(pod.metadata.uid);
  try {
    await logs.remove(podLogFolder(terms, pod));
  } catch (error) {
    // Only litter is left: the pod itself is gone and confirmed.
    log.warn("pod.remains", { pod: keyOf(pod), why: String(error) });
  }
}

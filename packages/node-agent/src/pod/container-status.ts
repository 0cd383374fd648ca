/** One container's status out of its actor's view. Pure. */
import type {
  Container,
  ContainerState,
  ContainerStateTerminated,
  ContainerStateWaiting,
  ContainerStatus,
} from "@kubus/shared/api/pod.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import type { PastRun } from "../container/restart.ts";
import { containerKey } from "../ports/runtime.ts";
import type { ContainerView } from "./progress.ts";

export interface StatusTerms {
  /** Wall-clock milliseconds. */
  readonly now: number;
  readonly hostIp: string;
  /** Prefix of container ids: `process`. */
  readonly runtimeName: string;
  /** Whether a running container is through with starting, and whether it serves; probes tell. */
  readonly hasStarted: (name: string) => boolean;
  readonly isReady: (name: string) => boolean;
}

interface Subject {
  readonly container: Container;
  /** Undefined: it has no actor yet, or no longer. */
  readonly view: ContainerView | undefined;
}

interface Terms extends StatusTerms {
  /** What a container shows that was never begun. */
  readonly waiting: ContainerStateWaiting;
}

/** `before`: what the API says now. */
export function containerStatus(
  { container: { name, image }, view }: Subject,
  before: ContainerStatus | undefined,
  terms: Terms,
): ContainerStatus {
  const fresh: ContainerStatus = {
    name,
    image,
    imageID: "",
    ready: false,
    started: false,
    restartCount: 0,
    state: { waiting: terms.waiting },
    lastState: {},
  };
  if (view === undefined) return before ?? fresh;
  const state = stateOf(view, terms);
  // Nothing new is known: the last word stands.
  if (state === undefined) return before ?? fresh;
  return {
    ...fresh,
    ...identity(view, before, terms),
    restartCount: view.context.attempt,
    started: state.running !== undefined && terms.hasStarted(name),
    ready: readiness(view, state, terms),
    state,
    lastState: lastState(view, state, terms),
  };
}

/** An init container is ready when it ended well, any other while it runs and its probes agree. */
function readiness({ name, context }: ContainerView, state: ContainerState, { isReady }: Terms): boolean {
  if (context.plan.role === "init") return state.terminated?.exitCode === 0;
  return state.running !== undefined && isReady(name);
}

function stateOf(view: ContainerView, terms: Terms): ContainerState | undefined {
  const { face, context } = view;
  if (face.shows === "as before") return undefined;
  if (face.shows === "waiting") return { waiting: waiting(view) };
  if (face.shows === "running") {
    const { running } = context;
    return running === undefined ? undefined : { running: { startedAt: timestamp(running.startedAt) } };
  }
  const { run } = context;
  return run === undefined ? undefined : { terminated: terminated(run, view, terms) };
}

function waiting({ name, face, place, context }: ContainerView): ContainerStateWaiting {
  const { problem, crashes } = context;
  if (place === "awaitingRestart") {
    const message = `back-off after ${crashes} ends in a row, restarting failed container ${name}`;
    return { reason: face.reason ?? "", message };
  }
  // A refusal names its own reason; a back-off shows that it waits, and what for.
  const isNamed = problem?.isRefusal === true && place !== "awaitingImage.backingOff";
  const reason = isNamed ? problem.reason : (face.reason ?? "");
  return { reason, ...(problem === undefined ? {} : { message: problem.message }) };
}

function lastState({ context, ...view }: ContainerView, state: ContainerState, terms: Terms): ContainerState {
  const { run, previous } = context;
  const last = state.terminated === undefined ? (run ?? previous) : previous;
  return last === undefined ? {} : { terminated: terminated(last, { ...view, context }, terms) };
}

function terminated(run: PastRun, view: ContainerView, terms: Terms): ContainerStateTerminated {
  const { exitCode, startedAt, finishedAt, outOfMemory } = run;
  const told = outOfMemory ? "OOMKilled" : exitCode === 0 ? "Completed" : "Error";
  return {
    exitCode,
    reason: run.reason ?? told,
    startedAt: timestamp(startedAt),
    finishedAt: timestamp(finishedAt),
    containerID: idOf(view, run.attempt, terms),
  };
}

const idOf = ({ context: { plan } }: ContainerView, attempt: number, { runtimeName }: Terms) =>
  `${runtimeName}://${containerKey({ podUid: plan.podUid, name: plan.name, attempt })}`;

/** The identity of what runs or ran last. */
function identity(
  view: ContainerView,
  before: ContainerStatus | undefined,
  terms: Terms,
): Pick<ContainerStatus, "imageID"> & { readonly containerID?: string } {
  const { imageId, running, run, previous, attempt } = view.context;
  const latest = running === undefined ? (run ?? previous)?.attempt : attempt;
  return {
    imageID: imageId ?? before?.imageID ?? "",
    ...(latest === undefined ? {} : { containerID: idOf(view, latest, terms) }),
  };
}

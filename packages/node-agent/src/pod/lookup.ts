/** Finds what a server asks for among the board's pods. Throws in words that kubectl's user can use. */
import type { PodExecRequest, PodLogRequest } from "@kubus/shared/bus/pod-streams.ts";
import type { ContainerIdentity } from "../ports/runtime.ts";
import type { Board } from "./board.ts";
import type { Home } from "./home.ts";
import type { ContainerView } from "./progress.ts";

type Wanted = Pick<PodExecRequest, "uid" | "container" | "namespace" | "pod">;

export function requireHome(
  board: Pick<Board, "find">,
  { uid, namespace, pod }: Omit<Wanted, "container">,
): Home {
  const home = board.find(uid);
  if (home === undefined) throw new Error(`pod "${namespace}/${pod}" is not on this board`);
  return home;
}

function containerOf(home: Home, { container, pod }: Wanted): ContainerView | undefined {
  const { init, main } = home.view();
  const { spec } = home.pod;
  const isKnown = [...spec.containers, ...(spec.initContainers ?? [])].some(({ name }) => name === container);
  if (!isKnown) throw new Error(`container ${container} is not valid for pod ${pod}`);
  return [...main, ...init].find(({ name }) => name === container);
}

export function runningContainer(board: Pick<Board, "find">, wanted: Wanted): ContainerIdentity {
  const view = containerOf(requireHome(board, wanted), wanted);
  if (view?.context.running === undefined) {
    throw new Error(`container "${wanted.container}" in pod "${wanted.pod}" is not running`);
  }
  return { podUid: wanted.uid, name: wanted.container, attempt: view.context.attempt };
}

export interface LoggedRun extends ContainerIdentity {
  readonly home: Home;
  readonly isRunning: boolean;
}

/** The run whose log is meant: the present one or the last, with `previous` the one before that. */
export function loggedRun(board: Pick<Board, "find">, wanted: PodLogRequest): LoggedRun {
  const { uid: podUid, container: name, pod, previous: wantsPrevious = false } = wanted;
  const home = requireHome(board, wanted);
  const view = containerOf(home, wanted);
  const found = view === undefined ? rememberedRuns(home, name) : runsOf(view);
  const attempt = wantsPrevious ? found.previous : found.latest;
  if (attempt !== undefined) {
    return { home, podUid, name, attempt, isRunning: !wantsPrevious && view?.context.running !== undefined };
  }
  const what = wantsPrevious ? `previous terminated container "${name}"` : `container "${name}"`;
  throw new Error(
    wantsPrevious
      ? `${what} in pod "${pod}" not found`
      : `${what} in pod "${pod}" is waiting to start: ${view?.face.reason ?? "PodInitializing"}`,
  );
}

interface Runs {
  readonly latest: number | undefined;
  readonly previous: number | undefined;
}

function runsOf({ context: { running, run, previous, attempt } }: ContainerView): Runs {
  if (running !== undefined) return { latest: attempt, previous: previous?.attempt };
  if (run !== undefined) return { latest: run.attempt, previous: previous?.attempt };
  return { latest: previous?.attempt, previous: undefined };
}

/** A pod that finished before this agent began has no actors: its status tells. */
function rememberedRuns({ pod: { status = {} } }: Home, name: string): Runs {
  const all = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
  const known = all.find((one) => one.name === name && one.containerID !== undefined);
  if (known === undefined) return { latest: undefined, previous: undefined };
  const { restartCount, lastState } = known;
  return {
    latest: restartCount,
    previous: lastState.terminated === undefined ? undefined : restartCount - 1,
  };
}

/**
 * One run of `kubus up`: locks the folder, raises the cluster, answers on the control socket, and lowers it again
 * on Ctrl-C, SIGTERM or `kubus down`, whatever state it is in.
 */
import { createWriteStream, mkdirSync } from "node:fs";
import { logTo } from "@kubus/shared/log/log.ts";
import { actorRegistry } from "@kubus/shared/machine/inspection.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { endRequested } from "../adapters/this-process.ts";
import type { Bundles } from "../build/bundles.ts";
import { cleanUp } from "../boards/clean.ts";
import { lockFolder, openFolder } from "../cluster/folder.ts";
import { openJournal, type Journal } from "../cluster/journal.ts";
import type { Layout } from "../cluster/layout.ts";
import { Complaint, type Terminal } from "../command/command.ts";
import { raiseCluster, type Cluster } from "./cluster.ts";
import { serveControl, type ControlRequest } from "./control.ts";
import type { ServerWishes } from "./configure.ts";
import type { ClusterOptions } from "./rig.ts";
import { upMachine } from "./up.machine.ts";
import type { Wishes } from "./world-file.ts";

export interface UpOptions extends ServerWishes {
  readonly dir: string;
  readonly wishes: Wishes;
  readonly apiPort: number;
  readonly dashboardPort: number;
  readonly failover: string;
  readonly terminal: Terminal;
  /** What servers and agents run. Default: the bundles of this checkout. */
  readonly programs?: () => Promise<Bundles>;
}

/** Resolves to the exit code, after everything is gone. */
export async function runUp(options: UpOptions): Promise<number> {
  const layout = await openFolder(options.dir);
  const unlock = await lockFolder(layout);
  try {
    return await live(options, layout);
  } finally {
    await unlock();
  }
}

/** What a run has made and `lower` must close. */
interface Run {
  readonly closings: (() => Promise<void> | void)[];
  readonly journal: Journal;
  readonly say: (line: string) => void;
  cluster: Cluster | undefined;
  raising: Promise<unknown>;
}

async function live(options: UpOptions, layout: Layout): Promise<number> {
  const { terminal } = options;
  const say = (line: string) => {
    terminal.say(`kubus: ${line}`);
  };
  const run: Run = {
    closings: [],
    journal: openJournal(layout.journal),
    say,
    cluster: undefined,
    raising: Promise.resolve(),
  };
  const gone = Promise.withResolvers<unknown>();
  const fail = (error: unknown) => {
    gone.reject(error);
  };
  const clusterOptions = clusterOptionsOf(options, { layout, run, onError: fail });
  const machine = upMachine.provide({
    actors: {
      raise: fill((_, signal) => {
        const raising = raise(run, clusterOptions, signal).then((cluster) => {
          terminal.print(readyLine(cluster, layout));
        });
        run.raising = raising;
        return raising.then(() => undefined);
      }),
      lower: fill(() => lower(run)),
    },
  });
  const { registry } = clusterOptions;
  const actor = startActor(machine, {
    id: "up",
    input: undefined,
    clock: systemClock,
    registry,
    onError: fail,
  });
  const end = () => {
    actor.send({ type: "end.requested" });
  };
  actor.subscribe({
    complete: () => {
      gone.resolve(actor.getSnapshot().output?.failure);
    },
  });
  void endRequested().then(end);
  const closeControl = await serveControl(layout.controlSocket, (request, tell) =>
    answer({ request, run, tell, down: () => (end(), gone.promise) }),
  );
  const failure = await gone.promise;
  await closeControl();
  return exitCodeOf(failure, say);
}

function clusterOptionsOf(
  options: UpOptions,
  parts: { readonly layout: Layout; readonly run: Run; readonly onError: (error: unknown) => void },
): ClusterOptions {
  const { layout, run, onError } = parts;
  mkdirSync(layout.logs, { recursive: true, mode: 0o700 });
  const file = createWriteStream(layout.log("up"), { flags: "a", mode: 0o600 });
  const log = logTo((line) => file.write(line), { now: () => systemClock.now(), level: "info" });
  const registry = actorRegistry({ clock: systemClock });
  const { journal, say } = run;
  return { ...options, layout, journal, clock: systemClock, log, registry, say, onError };
}

async function raise(run: Run, options: ClusterOptions, signal: AbortSignal): Promise<Cluster> {
  const openings = { add: (close: () => Promise<void> | void) => run.closings.push(close) };
  run.cluster = await raiseCluster(options, openings, signal);
  await run.cluster.ready(signal);
  return run.cluster;
}

/** Waits for what is under way to stop, then closes and removes everything, the newest first. */
async function lower(run: Run): Promise<undefined> {
  run.say("ending: everything that was started is being removed ...");
  await run.raising.catch(() => undefined); // Why it failed is told by whoever asked for it.
  for (const close of run.closings.splice(0).reverse()) await close();
  const problems = await cleanUp(run.journal);
  if (problems.length > 0)
    throw new Complaint(`Not everything could be removed; kubus down tries again:\n${problems.join("\n")}`);
  run.say("all gone");
  return undefined;
}

const readyLine = ({ api, dashboard }: Cluster, { kubeconfig }: Layout) =>
  `ready: API ${api} dashboard ${dashboard ?? "disabled"} (export KUBECONFIG=${kubeconfig})`;

function exitCodeOf(failure: unknown, say: (line: string) => void): number {
  if (failure === undefined) return 0;
  if (failure instanceof DOMException && failure.name === "AbortError") return 130;
  if (!(failure instanceof Complaint)) throw failure as Error;
  say(failure.message);
  return failure.exitCode;
}

interface Question {
  readonly request: ControlRequest;
  readonly run: Run;
  readonly tell: (line: string) => void;
  readonly down: () => Promise<unknown>;
}

async function answer({ request, run, down }: Question): Promise<unknown> {
  if (request.do === "down") {
    await down();
    return {};
  }
  const { cluster } = run;
  if (cluster === undefined) throw new Complaint("The cluster is still being started.");
  const { machines } = cluster;
  switch (request.do) {
    case "status":
      return cluster.status();
    case "cable":
      await machines.setCable(request.machine, request.state);
      return {};
    case "board":
      return { board: await deeds[request.deed](cluster, request.board) };
  }
}

type Deed = Extract<ControlRequest, { readonly do: "board" }>["deed"];

const named =
  (act: (cluster: Cluster, board: string) => Promise<void>) => async (cluster: Cluster, board?: string) => {
    if (board === undefined) throw new Complaint("Which board?");
    await act(cluster, board);
    return board;
  };

const deeds: Readonly<Record<Deed, (cluster: Cluster, board?: string) => Promise<string>>> = {
  start: named(({ machines }, board) => machines.powerOn(board)),
  stop: named(({ machines }, board) => machines.powerOff(board)),
  add: (cluster, board) => cluster.addBoard(board),
  remove: named((cluster, board) => cluster.removeBoard(board)),
  "agent-start": named(({ machines }, board) => machines.startAgent(board)),
  "agent-stop": named(({ machines }, board) => machines.stopAgent(board)),
  "agent-kill": named(({ machines }, board) => machines.killAgent(board)),
};

/**
 * A cluster's processes, rigged: what each is told, who supervises it, and on which machine it starts.
 */
import type { Log } from "@kubus/shared/log/log.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { processLauncher, type LaunchPlan } from "../adapters/launcher.ts";
import { signal as sendSignal } from "../adapters/processes.ts";
import { nodeProgram, pathWith } from "../adapters/this-process.ts";
import type { Bundles } from "../build/bundles.ts";
import { nodeFlags } from "../build/node-flags.ts";
import type { Journal } from "../cluster/journal.ts";
import type { Layout } from "../cluster/layout.ts";
import { Complaint } from "../command/command.ts";
import { superviseChild, type Child } from "./child.ts";
import {
  configureAgent,
  configureCluster,
  configureServer,
  configureUsers,
  type ClusterPlan,
  type ServerWishes,
  type Keys,
  type ServerPlace,
} from "./configure.ts";
import type { Ground } from "./ground.ts";
import { machinesIn, type Machines } from "./machines.ts";
import type { WantedMachine, Wishes } from "./world-file.ts";

export interface ClusterOptions extends ServerWishes {
  readonly layout: Layout;
  readonly journal: Journal;
  readonly wishes: Wishes;
  readonly apiPort: number;
  readonly dashboardPort: number;
  readonly failover: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: ActorRegistry;
  readonly say: (line: string) => void;
  readonly onError: (error: unknown) => void;
  /** What servers and agents run. Default: the bundles of this checkout. */
  readonly programs?: () => Promise<Bundles>;
}

/** Gathers what must be closed; whoever lowers the cluster goes through it backwards. */
export interface Openings {
  add(close: () => Promise<void> | void): void;
}

/** What `raiseCluster` has made of its options so far. */
export interface Rig {
  readonly options: ClusterOptions;
  readonly ground: Ground;
  readonly plan: ClusterPlan;
  readonly servers: readonly ServerPlace[];
  readonly keys: Keys;
  readonly machines: Machines;
  readonly bus: Child;
  readonly supervise: (name: string) => Child;
}

/** Like Promise.all, but nothing is under way any more when it rejects: what was opened is known and can be closed. */
export async function allSettled(promises: readonly Promise<void>[]): Promise<void> {
  const rejected = (await Promise.allSettled(promises)).find(({ status }) => status === "rejected");
  if (rejected?.status === "rejected") throw rejected.reason;
}

/** Configuration files, and supervisors that nobody has started yet. */
export async function outfit(options: ClusterOptions, ground: Ground): Promise<Rig> {
  const { layout, journal, clock, registry, onError, failover, say } = options;
  const { legacyApis, switches, schedulerScores } = options;
  const { world, ranges, bus, natsVersion, boards } = ground;
  const chosen = {
    ...(legacyApis === undefined ? {} : { legacyApis }),
    ...(switches === undefined ? {} : { switches }),
    ...(schedulerScores === undefined ? {} : { schedulerScores }),
  };
  const plan: ClusterPlan = { layout, ranges, bus, natsVersion, failover, ...chosen };
  const servers = await Promise.all(
    world.servers.map(async (server) => ({
      name: server.name,
      address: ground.addressOf(server),
      api: await ground.apiOf(server),
      udpPort: await ground.udpPortOf(server, "server"),
    })),
  );
  const keys = await configureCluster(plan, servers, clock.now());
  const names = (machines: readonly WantedMachine[]) => machines.map(({ name }) => name);
  await configureUsers(layout, { servers: names(world.servers), boards: names(world.boards) });
  const launcher = processLauncher((name) => launchPlan(name, layout, ground), journal);
  const supervise = (name: string): Child => {
    const child = superviseChild({ name, launcher, clock, registry, onError });
    child.onChange(tellRestarts(child, layout, say));
    return child;
  };
  const kill = (child: Child) => {
    const process = child.process();
    if (process === undefined) throw new Complaint(`The agent of ${child.name} does not run.`);
    sendSignal(process, "SIGKILL");
  };
  return {
    options,
    ground,
    plan,
    servers,
    keys,
    supervise,
    bus: supervise("bus"),
    machines: machinesIn(boards, kill),
  };
}

function launchPlan(
  name: string,
  layout: Layout,
  { boards, bundles, tools, toolBin, world }: Ground,
): LaunchPlan {
  const env = { PATH: pathWith(toolBin) };
  const logFile = layout.log(name);
  if (name === "bus")
    return {
      command: boards.on(undefined, [tools["nats-server"] ?? "", "-c", layout.busConf]),
      logFile,
      env,
    };
  const isServer = world.servers.some((server) => server.name === name);
  const role = isServer ? "server" : "agent";
  const { config } = isServer ? layout.server(name) : layout.board(name);
  const { args, env: frugal } = nodeFlags[role];
  return {
    command: boards.on(name, [nodeProgram, ...args, bundles[role], "--config", config]),
    logFile,
    env: { ...env, ...frugal },
  };
}

/** One line when a process ends by itself, not one per attempt. */
function tellRestarts(child: Child, layout: Layout, say: (line: string) => void): () => void {
  let isTold = false;
  return () => {
    const state = child.state();
    if (state === "backingOff" && !isTold)
      say(`${child.name} ended and is started again; see ${layout.log(child.name)}`);
    isTold = state === "backingOff" || (isTold && state !== "stopped" && !child.isCalm());
  };
}

export async function startMachines(rig: Rig, openings: Openings, signal: AbortSignal): Promise<void> {
  const { ground, servers, plan, machines, supervise, bus } = rig;
  await ground.boards.raise();
  signal.throwIfAborted();
  openings.add(() => bus.stop());
  bus.start();
  openings.add(() => {
    for (const { child } of machines.list()) child.lose();
  });
  await allSettled([
    ...servers.map((server) => {
      const prepare = () => configureServer(plan, { ...server, traits: ground.boards.traits(server.name) });
      return machines.add({ ...server, kind: "server", child: supervise(server.name), prepare });
    }),
    ...ground.world.boards.map((board) => startBoard(rig, board)),
  ]);
  signal.throwIfAborted();
}

export async function startBoard(
  { ground, plan, machines, supervise }: Rig,
  board: WantedMachine,
): Promise<void> {
  const { name } = board;
  const address = ground.addressOf(board);
  const udpPort = await ground.udpPortOf(board, "board");
  const prepare = () =>
    configureAgent(plan, { name, address, udpPort, share: ground.share, traits: ground.boards.traits(name) });
  await machines.add({ name, address, udpPort, kind: "board", child: supervise(name), prepare });
}

/**
 * A whole cluster on this machine: raised, steered, lowered.
 *
 * It only wires: machines and cables are boards/, processes are supervised in child.ts, what they are told is
 * written by configure.ts. `lower` may be called in any state and leaves nothing.
 */
import { becomesTrue } from "../adapters/await-condition.ts";
import { writeWhole } from "../adapters/files.ts";
import { signal } from "../adapters/processes.ts";
import type { VirtualBoards } from "../boards/virtual-boards.ts";
import { addBusUser, ensureSeed, removeBusUser } from "../cluster/credentials.ts";
import { kubeconfigText } from "../cluster/kubeconfig.ts";
import { Complaint } from "../command/command.ts";
import { apiClient, isNodeReady, type ApiClient } from "./api-client.ts";
import type { Child } from "./child.ts";
import { evacuate } from "./evacuate.ts";
import { layGround } from "./ground.ts";
import type { Machines } from "./machines.ts";
import { followNodes, type Nodes } from "./nodes.ts";
import { startPicture } from "./picture.ts";
import { startRelay, type Relay, type Target } from "./relay.ts";
import {
  allSettled,
  outfit,
  startBoard,
  startMachines,
  type ClusterOptions,
  type Openings,
  type Rig,
} from "./rig.ts";
import { boardState, type Status } from "./status.ts";
import { saveWorld, withBoard, withoutBoard, type WantedWorld } from "./world-file.ts";

export interface Cluster {
  readonly machines: Machines;
  /** Where people go. */
  readonly api: string;
  /** Undefined: it was disabled. */
  readonly dashboard: string | undefined;
  /** Resolves when the API answers and all boards are Ready. Rejects with `Complaint` when that takes too long. */
  ready(signal: AbortSignal): Promise<void>;
  status(): Promise<Status>;
  addBoard(name: string | undefined): Promise<string>;
  removeBoard(name: string): Promise<void>;
}

export const clusterLimits = { readyMs: 120_000, apiAnswerMs: 1_500 } as const;

/** Starts everything and returns before it is ready. Rejects with `Complaint` for what the user can mend. */
export async function raiseCluster(
  options: ClusterOptions,
  openings: Openings,
  signal: AbortSignal,
): Promise<Cluster> {
  const { layout, clock, log, registry, onError, say } = options;
  const ground = await layGround(options);
  signal.throwIfAborted();
  for (const line of ground.boards.limitations) say(line);
  const rig = await outfit(options, ground);
  const { machines, keys } = rig;
  const living = () => targetsOf(machines, ground.boards);
  const relay = await startRelay({
    host: "127.0.0.1",
    port: options.apiPort,
    flag: "api-port",
    targets: living,
  });
  openings.add(() => relay.close());
  const api = `https://127.0.0.1:${relay.port}`;
  const { authority, admin } = keys;
  await writeWhole(layout.kubeconfig, kubeconfigText({ server: api, authority, admin }));
  say(
    `starting the bus, ${count(ground.world.servers, "server")} and ${count(ground.world.boards, "board")} ...`,
  );
  const origins = () => living().map(({ host, port }) => `https://${host}:${port}`);
  let dashboard: string | undefined;
  const open = async () => {
    if (options.switches?.disabled.includes("dashboard") === true) return;
    const port = options.dashboardPort;
    const page = await startPicture({ layout, port, keys, machines, servers: origins, log, registry });
    openings.add(() => page.close());
    dashboard = page.url;
  };
  await allSettled([open(), startMachines(rig, openings, signal)]);
  const client = apiClient({ host: "127.0.0.1", port: relay.port, authority, admin });
  const nodes = followNodes({ api: client, clock, onError });
  openings.add(() => {
    nodes.stop();
  });
  nodes.onChange(() => {
    void ground.boards.routePods(podRoutes(nodes)).catch((error: unknown) => {
      log.warn("pod routes failed", { error: String(error) }); // The next change of a node tries again.
    });
  });
  return clusterOf({ rig, relay, client, nodes, dashboard, api });
}

const count = (machines: readonly unknown[], noun: string) =>
  `${machines.length} ${noun}${machines.length === 1 ? "" : "s"}`;

/** Servers that run now. One behind a pulled cable is among them unless its cable is a relay: only trying tells. */
const targetsOf = (machines: Machines, boards: VirtualBoards): readonly Target[] =>
  machines
    .list("server")
    .filter(({ child }) => child.state() === "running")
    .flatMap(({ name, api = [], cable }) => {
      const relayed = boards.traits(name).api;
      if (relayed === undefined) return api;
      return cable === "plugged" ? relayed : [];
    });

const podRoutes = (nodes: Nodes) =>
  nodes.list().flatMap(({ spec, status }) => {
    const address = status?.addresses?.find(({ type }) => type === "InternalIP")?.address;
    return spec.podCIDR === undefined || address === undefined ? [] : [{ podCidr: spec.podCIDR, address }];
  });

interface Parts {
  readonly rig: Rig;
  readonly relay: Relay;
  readonly client: ApiClient;
  readonly nodes: Nodes;
  readonly api: string;
  readonly dashboard: string | undefined;
}

function clusterOf(parts: Parts): Cluster {
  const { rig, client, api, dashboard } = parts;
  const { machines, bus, options, ground } = rig;
  const { layout } = options;
  let world: WantedWorld = ground.world;
  let isReady = false;
  const change = async (next: WantedWorld) => {
    world = next;
    await saveWorld(layout, world);
  };
  return {
    machines,
    api,
    dashboard,
    ready: async (signal) => {
      await whenReady(parts, signal);
      isReady = true;
    },
    status: () => statusOf(parts, isReady ? "ready" : "starting"),
    addBoard: async (asked) => {
      const next = withBoard(world, asked ?? nextName(world));
      const board = next.boards.at(-1);
      if (board === undefined) throw new Error("A board was added and is not there.");
      await change(next);
      await addBusUser(layout, {
        role: "agent",
        name: board.name,
        key: await ensureSeed(layout.board(board.name).seed),
      });
      reloadUsers(bus);
      await startBoard(rig, board);
      return board.name;
    },
    removeBoard: async (name) => {
      await evacuate(client, name, clusterLimits.apiAnswerMs, async () => {
        await machines.remove(name);
        await change(withoutBoard(world, name));
        await removeBusUser(layout, { role: "agent", name });
        reloadUsers(bus);
      });
    },
  };
}

const nextName = ({ boards }: WantedWorld): string => {
  const numbers = boards.map(({ name }) => Number(/^board-(\d+)$/.exec(name)?.[1] ?? 0));
  return `board-${Math.max(0, ...numbers) + 1}`;
};

/** The bus reads its users again. One that does not run reads them when it starts. */
function reloadUsers(bus: Child): void {
  const process = bus.process();
  if (process !== undefined) signal(process, "SIGHUP");
}

async function whenReady({ rig, client, nodes }: Parts, signal: AbortSignal): Promise<void> {
  const { machines, options } = rig;
  const missing = () => {
    const ready = new Set(
      nodes
        .list()
        .filter(isNodeReady)
        .map(({ metadata }) => metadata.name),
    );
    return machines.list("board").filter(({ name }) => !ready.has(name));
  };
  const isReady = async () => missing().length === 0 && (await client.isReady(clusterLimits.apiAnswerMs));
  if (await becomesTrue(isReady, { deadlineMs: clusterLimits.readyMs, signal })) return;
  const names = missing().map(({ name }) => name);
  throw new Complaint(
    `After ${clusterLimits.readyMs / 1_000} s ${names.length > 0 ? `${names.join(", ")} still not Ready` : "the API does not answer"}. ` +
      `The logs are in ${options.layout.logs}.`,
  );
}

async function statusOf(
  { rig, client, nodes, api, dashboard }: Parts,
  state: Status["state"],
): Promise<Status> {
  const { machines, bus, options, ground, servers, keys } = rig;
  const answers = await client.isReady(clusterLimits.apiAnswerMs);
  const isServerReady = (name: string): Promise<boolean> => {
    const server = servers.find((each) => each.name === name);
    const { authority, admin } = keys;
    return server === undefined
      ? Promise.resolve(false)
      : apiClient({ ...(ground.boards.traits(name).api ?? server.api), authority, admin }).isReady(
          clusterLimits.apiAnswerMs,
        );
  };
  return {
    dir: options.layout.dir,
    state,
    kubeconfig: options.layout.kubeconfig,
    api,
    dashboard: dashboard ?? null,
    bus: { pid: bus.process()?.pid ?? null, url: `tls://${ground.bus.host}:${ground.bus.port}` },
    servers: await Promise.all(
      machines.list("server").map(async ({ name, address, child, cable }) => {
        const isUp = child.state() === "running" && (await isServerReady(name));
        return {
          name,
          address,
          pid: child.process()?.pid ?? null,
          cable,
          state: isUp ? "ready" : child.state(),
        };
      }),
    ),
    boards: machines.list("board").map((machine) => {
      const { name, address, child, cable } = machine;
      const node = nodes.list().find(({ metadata }) => metadata.name === name);
      return {
        name,
        address,
        agentPid: child.process()?.pid ?? null,
        cable,
        state: boardState(machine, node, answers),
      };
    }),
  };
}

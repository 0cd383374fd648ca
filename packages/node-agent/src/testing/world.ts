/** One board in a test: a real agent on the bus in memory, a fake API, containers in memory, a clock that stands. */
import type { Node } from "@kubus/shared/api/node.ts";
import type { Container, Pod, PodSpec } from "@kubus/shared/api/pod.ts";
import { channelsOn } from "@kubus/shared/bus/bus-channel.ts";
import { memoryBus, type MemoryNetwork } from "@kubus/shared/bus/memory-bus.ts";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import { silentLog } from "@kubus/shared/log/log.ts";
import { actorRegistry } from "@kubus/shared/machine/inspection.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { simulatedClock, type SimulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { startAgent, type Agent } from "../compose.ts";
import type { AgentConfig } from "../config.ts";
import type { Checks } from "../ports/checks.ts";
import type { Host } from "../ports/host.ts";
import { memoryBoard, type MemoryBoard, type MemoryProgram } from "../ports/memory-runtime.ts";
import type { LogFiles } from "../ports/log-files.ts";
import type { PodNetwork } from "../ports/network.ts";
import type { Records } from "../ports/records.ts";
import type { ContainerSpec, Runtime } from "../ports/runtime.ts";
import { serveFakeApi, type FakeApi } from "./fake-api.ts";
import { memoryVolumes, type MemoryVolumes } from "./memory-volumes.ts";

export interface TestBoard {
  readonly clock: SimulatedClock;
  readonly network: MemoryNetwork;
  readonly api: FakeApi;
  readonly memory: MemoryBoard;
  /** What containers were started with, in order. */
  readonly started: readonly ContainerSpec[];
  /** `main/0`, for each container that runs. */
  running(): Promise<readonly string[]>;
  /** The uids of the pods that have a sandbox. */
  sandboxes(): Promise<readonly string[]>;
  /** The present run of the test pod's container ends by itself. */
  exit(name: string, exitCode: number): Promise<void>;
  /** What the beats say, and what the pod network was told. */
  readonly told: readonly string[];
  readonly recorded: Map<string, Pod>;
  readonly volumes: MemoryVolumes;
  /** Ports and paths that do not answer well: `80`, `80/ready`. */
  readonly unhealthy: Set<string>;
  registry: ActorRegistry;
  /** Starts an agent on this board, after the former one was stopped or killed. */
  startAgent(parts?: {
    readonly logs?: LogFiles;
    readonly stateDir?: string;
    readonly canMount?: boolean;
  }): Promise<Agent>;
  settle(): Promise<void>;
}

export const testConfig: AgentConfig = {
  node: "board-1",
  version: "0.1.0",
  stateDir: "/state",
  runDir: "/run",
  bus: { servers: [], ca: "", seed: "" },
  address: "192.168.0.11",
  udpPort: 0,
  cgroupParent: "kubus",
  machineShare: 1,
  sysfsRoot: "/sys",
  runtime: "process",
  labels: { "kubus.io/shelf": "2" },
  nameservers: ["192.168.0.11"],
};

export const podPath = "/api/v1/namespaces/default/pods/web";
export const nodePath = "/api/v1/nodes/board-1";

export function aPod(spec: Partial<PodSpec> = {}, container: Partial<Container> = {}): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "default", labels: { app: "web" } },
    spec: {
      nodeName: "board-1",
      restartPolicy: "Always",
      containers: [{ name: "main", image: "host/sleep", args: ["1000"], ...container }],
      ...spec,
    },
    status: { phase: "Pending" },
  };
}

export function aBoard(programs: Readonly<Record<string, MemoryProgram>> = {}): TestBoard {
  const clock = simulatedClock();
  const random = seededRandom(1);
  const network = memoryBus({ clock, random });
  const serverBus = network.connect("server");
  const api = serveFakeApi(serverBus, channelsOn(serverBus, { clock, random }), () => clock.now());
  const memory = memoryBoard({ clock, programs });
  const started: ContainerSpec[] = [];
  const runtime = watched(memory.open(), started);
  const told: string[] = [];
  const recorded = new Map<string, Pod>();
  const unhealthy = new Set<string>();
  const volumes = memoryVolumes();
  const board: TestBoard = {
    clock,
    network,
    api,
    memory,
    started,
    running: () => runningIn(runtime),
    sandboxes: async () => (await runtime.listSandboxes()).map(({ podUid }) => podUid),
    exit: async (name, exitCode) => {
      const uid = api.get(podPath)?.metadata.uid ?? "";
      const all = await runtime.listContainers(uid);
      const id = all.find((one) => one.name === name && one.sighting.state === "running");
      if (id === undefined) throw new Error(`${name} does not run`);
      memory.exit(id, exitCode);
    },
    told,
    recorded,
    volumes,
    unhealthy,
    registry: actorRegistry({ clock }),
    settle: () => clock.advance(1),
    startAgent: async ({ logs = noLogs, stateDir = testConfig.stateDir, canMount = true } = {}) => {
      const bus = network.connect("board-1");
      const channels = channelsOn(bus, { clock, random });
      board.registry = actorRegistry({ clock });
      const agent = await startAgent({
        config: { ...testConfig, stateDir },
        bus,
        channels,
        bulk: channels,
        runtime,
        network: podNetwork(told),
        volumes: canMount ? volumes : undefined,
        host: quietHost,
        beat: {
          start: () => Promise.resolve(),
          setReady: (ready) => void told.push(`ready ${ready}`),
          goodbye: () => Promise.resolve(void told.push("goodbye")),
        },
        checks: checksOn(unhealthy),
        records: memoryRecords(recorded),
        logs,
        clock,
        random,
        log: silentLog,
        registry: board.registry,
        onError: (error) => {
          throw error;
        },
      });
      await clock.advance(1);
      return agent;
    },
  };
  return board;
}

/** The control plane's part: the board gets its pod addresses. */
export function giveAddresses({ api }: TestBoard, cidr = "10.1.0.0/24"): void {
  const node = api.get(nodePath) as Node | undefined;
  if (node !== undefined) api.put(nodePath, { ...node, spec: { ...node.spec, podCIDR: cidr } });
}

const watched = (runtime: Runtime, started: ContainerSpec[]): Runtime => ({
  ...runtime,
  startContainer: (spec, signal) => {
    started.push(spec);
    return runtime.startContainer(spec, signal);
  },
});

async function runningIn(runtime: Runtime): Promise<readonly string[]> {
  const sandboxes = await runtime.listSandboxes();
  const all = await Promise.all(sandboxes.map(({ podUid }) => runtime.listContainers(podUid)));
  return all
    .flat()
    .filter(({ sighting }) => sighting.state === "running")
    .map(({ name, attempt }) => `${name}/${attempt}`);
}

const podNetwork = (told: string[]): PodNetwork => ({
  prepare: (cidr) => Promise.resolve(void told.push(`prepare ${cidr}`)),
  syncPeers: (peers) => Promise.resolve(void told.push(`peers ${peers.map(({ node }) => node).join()}`)),
  attach: () => Promise.reject(new Error("The runtime of this test attaches nothing.")),
  detach: () => Promise.resolve(),
  onLinkChange: () => ({ unsubscribe: () => undefined }),
});

function memoryRecords(recorded: Map<string, Pod>): Records {
  let cidr: string | undefined;
  return {
    pods: () => Promise.resolve(structuredClone([...recorded.values()])),
    savePod: (pod) => Promise.resolve(void recorded.set(pod.metadata.uid, pod)),
    removePod: (uid) => Promise.resolve(void recorded.delete(uid)),
    podCidr: () => Promise.resolve(cidr),
    savePodCidr: (told) => Promise.resolve(void (cidr = told)),
  };
}

function checksOn(unhealthy: ReadonlySet<string>): Checks {
  const ask = (what: string) =>
    unhealthy.has(what) ? Promise.reject(new Error(`${what} is unwell`)) : Promise.resolve();
  return { tcp: ({ port }) => ask(String(port)), http: ({ port, path }) => ask(`${port}${path}`) };
}

const noLogs: LogFiles = {
  read: () => {
    throw new Error("There are no logs in this test.");
  },
  remove: () => Promise.resolve(),
};

const gigabyte = 1024 ** 3;

const quietHost: Host = {
  identity: () =>
    Promise.resolve({
      machineId: "machine",
      systemUuid: "system",
      bootId: "boot",
      kernel: "6.12",
      osImage: "Debian",
      architecture: "arm64",
      model: "Raspberry Pi 4 Model B Rev 1.4",
    }),
  capacity: () =>
    Promise.resolve({ cpuMillis: 4_000, memoryBytes: 4 * gigabyte, diskBytes: 16 * gigabyte, podsMax: 110 }),
  vitals: () =>
    Promise.resolve({
      cpuUsed: 0.1,
      memoryAvailableBytes: 3 * gigabyte,
      diskAvailableBytes: 8 * gigabyte,
      load1: 0.2,
      uptimeSeconds: 1_000,
      networkReceivedBytes: 0,
      networkSentBytes: 0,
      temperatureCelsius: 48,
    }),
};

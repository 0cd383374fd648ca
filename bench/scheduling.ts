/**
 * How fast work is made and placed: a deployment whose pods are spread over 100 and 1,000 boards, with the whole API of
 * one server, on stores in memory and on a real nats-server that writes every pod to disk before it answers.
 *
 * Bindings are counted by a watch: on the real one of another server, which sees nothing but what is stored. Goal: 1,000
 * durable bindings a second with 1,000 boards.
 */
import { natsLink } from "@kubus/shared/adapters/nats-link.ts";
import { channelsOn } from "@kubus/shared/bus/bus-channel.ts";
import { memoryBus } from "@kubus/shared/bus/memory-bus.ts";
import { systemRandom } from "@kubus/shared/chance/system-random.ts";
import { silentLog } from "@kubus/shared/log/log.ts";
import { natsServerMissing, startNatsServer } from "@kubus/shared/testing/nats-server.ts";
import { until } from "@kubus/shared/testing/until.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { openJetStreamStore } from "@kubus/control-plane/adapters/nats/jetstream-store.ts";
import { makeApi } from "@kubus/control-plane/api/api.ts";
import type { Cache } from "@kubus/control-plane/cache/cache.ts";
import { makeCache } from "@kubus/control-plane/cache/make-cache.ts";
import { deploymentController } from "@kubus/control-plane/controllers/deployment/controller.ts";
import { makeControllers } from "@kubus/control-plane/controllers/engine/controllers.ts";
import { replicaSetController } from "@kubus/control-plane/controllers/replicaset/controller.ts";
import {
  deploymentKind,
  eventKind,
  kinds,
  namespaceKind,
  nodeKind,
  podKind,
  servedKinds,
} from "@kubus/control-plane/kinds/index.ts";
import { makeKindTable } from "@kubus/control-plane/kinds/kind-table.ts";
import { makeScheduler } from "@kubus/control-plane/scheduler/scheduler.ts";
import { memoryStore } from "@kubus/control-plane/store/memory-store.ts";
import type { Store } from "@kubus/control-plane/store/store.ts";

const podsWanted = 3_000;
const boardCounts = [100, 1_000] as const;
const patienceMs = 120_000;

const clock = systemClock;

interface Stores {
  readonly durable: Store;
  readonly transient: Store;
}

/** The stores of a server, those of somebody who only watches, and how to end both. */
interface Shelves {
  readonly own: Stores;
  readonly watchers: Stores;
  readonly close: () => Promise<void>;
}

function inMemory(): Promise<Shelves> {
  const own = { durable: memoryStore({ clock }), transient: memoryStore({ kind: "transient", clock }) };
  return Promise.resolve({ own, watchers: own, close: () => Promise.resolve() });
}

/** As in production: an answer means that it is on the disk. */
async function onNats(): Promise<Shelves> {
  const server = await startNatsServer({ jetstream: true, sync: "always" });
  const open = async (name: string) => {
    const link = natsLink({ servers: [server.url], name, log: silentLog });
    const shared = { link, clock, log: silentLog };
    const durable = await openJetStreamStore({ ...shared, stream: "KUBUS", kind: "durable" });
    const transient = await openJetStreamStore({ ...shared, stream: "KUBUSTRANSIENT", kind: "transient" });
    const close = async () => {
      durable.close();
      transient.close();
      await link.close();
    };
    return { stores: { durable, transient }, close };
  };
  const [own, watcher] = [await open("server"), await open("watcher")];
  const close = async () => {
    await own.close();
    await watcher.close();
    await server.stop();
  };
  return { own: own.stores, watchers: watcher.stores, close };
}

function aServer(stores: Stores) {
  const log = silentLog;
  const cache = makeCache({ kinds, stores, log, clock });
  const channels = channelsOn(memoryBus({ clock }).connect("server-1"), { clock, random: systemRandom });
  const kindTable = makeKindTable(servedKinds);
  const { objectsAs } = makeApi({
    kinds: kindTable,
    stores,
    cache,
    channels,
    clock,
    random: systemRandom,
    log,
    version: "bench",
  });
  const onError = (error: unknown) => {
    throw error;
  };
  return { cache, objectsAs, eventKind, clock, log, onError };
}

async function measure(boards: number, shelves: Shelves) {
  const server = aServer(shelves.own);
  const { cache, objectsAs } = server;
  await cache.synced;
  const objects = objectsAs("bench");
  await objects.create(namespaceKind, { metadata: { name: "default" } });
  for (let i = 0; i < boards; i += 1) {
    const name = `board-${i}`;
    const labels = { "kubernetes.io/hostname": name };
    await objects.create(nodeKind, { metadata: { name, labels }, spec: {} });
    const status = { allocatable: { cpu: "16", memory: "32Gi", pods: "110" } };
    await objects.patch(nodeKind, { name }, { status }, "status");
  }
  const controllers = [deploymentController, replicaSetController];
  const led = makeControllers({ ...server, controllers });
  led.start();
  const scheduler = makeScheduler(server);
  const begun = performance.now();
  await objects.create(deploymentKind, aDeployment());
  await until("all pods are made", () => cache.list(podKind).length === podsWanted, patienceMs);
  const made = performance.now();
  await led.stop();
  const bound = countBindings(await watcherOf(shelves, cache));
  const started = performance.now();
  const used = process.cpuUsage();
  scheduler.start();
  await until("all pods are bound", () => bound() === podsWanted, patienceMs);
  const done = performance.now();
  const { user, system } = process.cpuUsage(used);
  await scheduler.stop();
  await shelves.close();
  const perSecond = (ms: number) => Math.round((podsWanted * 1_000) / ms);
  return {
    madePerSecond: perSecond(made - begun),
    boundPerSecond: perSecond(done - started),
    cpuMsPerPod: (user + system) / 1_000 / podsWanted,
  };
}

function aDeployment() {
  const labels = { app: "bench" };
  const resources = { requests: { cpu: "100m", memory: "32Mi" } };
  const containers = [{ name: "main", image: "host/sleep", resources }];
  return {
    metadata: { name: "bench", namespace: "default" },
    spec: {
      replicas: podsWanted,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}

async function watcherOf({ own, watchers }: Shelves, cache: Cache): Promise<Cache> {
  if (own === watchers) return cache;
  const other = makeCache({ kinds: [podKind], stores: watchers, log: silentLog, clock });
  await other.synced;
  return other;
}

/** How many pods have been seen with a board. */
function countBindings(cache: Cache): () => number {
  const seen = new Set<string>();
  cache.watch(podKind, cache.revision(podKind), ({ object }) => {
    const { metadata, spec } = object as { metadata: { uid: string }; spec?: { nodeName?: string } };
    if (spec?.nodeName !== undefined) seen.add(metadata.uid);
  });
  return () => seen.size;
}

export async function benchScheduling(): Promise<void> {
  const places = natsServerMissing === false ? { memory: inMemory, disk: onNats } : { memory: inMemory };
  for (const [place, open] of Object.entries(places)) {
    for (const boards of boardCounts) {
      const { madePerSecond, boundPerSecond, cpuMsPerPod } = await measure(boards, await open());
      const head = `scheduler, ${boards} boards, ${place === "disk" ? "nats-server" : "memory"}`;
      console.log(
        `${head.padEnd(38)} ${boundPerSecond} pods/s bound (${cpuMsPerPod.toFixed(2)} ms CPU each), ${madePerSecond} pods/s created`,
      );
    }
  }
}

/**
 * One server for benchmarks, whole but for its doors: the API, the cache, and what a benchmark starts of it, on stores in
 * memory or on a real nats-server that writes everything to disk before it answers. Boards are Node objects only.
 */
import { natsLink } from "@kubus/shared/adapters/nats-link.ts";
import { channelsOn } from "@kubus/shared/bus/bus-channel.ts";
import { memoryBus } from "@kubus/shared/bus/memory-bus.ts";
import { systemRandom } from "@kubus/shared/chance/system-random.ts";
import { silentLog } from "@kubus/shared/log/log.ts";
import { startNatsServer } from "@kubus/shared/testing/nats-server.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { openJetStreamStore } from "@kubus/control-plane/adapters/nats/jetstream-store.ts";
import { makeApi } from "@kubus/control-plane/api/api.ts";
import type { Objects } from "@kubus/control-plane/api/objects.ts";
import type { Cache } from "@kubus/control-plane/cache/cache.ts";
import { makeCache } from "@kubus/control-plane/cache/make-cache.ts";
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
import { memoryStore } from "@kubus/control-plane/store/memory-store.ts";
import type { Store } from "@kubus/control-plane/store/store.ts";

export const clock = systemClock;

interface Stores {
  readonly durable: Store;
  readonly transient: Store;
}

/** The stores of a server, those of somebody who only watches, and how to end both. */
export interface Shelves {
  readonly own: Stores;
  readonly watchers: Stores;
  readonly close: () => Promise<void>;
}

export function inMemory(): Promise<Shelves> {
  const own = { durable: memoryStore({ clock }), transient: memoryStore({ kind: "transient", clock }) };
  return Promise.resolve({ own, watchers: own, close: () => Promise.resolve() });
}

/** As in production: an answer means that it is on the disk. */
export async function onNats(): Promise<Shelves> {
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

export function aServer(stores: Stores) {
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

/** The namespace `default`, and so many boards of 16 cores. */
export async function furnish(objects: Objects, boards: number): Promise<void> {
  await objects.create(namespaceKind, { metadata: { name: "default" } });
  for (let i = 0; i < boards; i += 1) {
    const name = `board-${i}`;
    const labels = { "kubernetes.io/hostname": name };
    await objects.create(nodeKind, { metadata: { name, labels }, spec: {} });
    const status = { allocatable: { cpu: "16", memory: "32Gi", pods: "110" } };
    await objects.patch(nodeKind, { name }, { status }, "status");
  }
}

/** A deployment named `bench`. */
export function aDeployment(replicas: number) {
  const labels = { app: "bench" };
  const resources = { requests: { cpu: "100m", memory: "32Mi" } };
  const containers = [{ name: "main", image: "host/sleep", resources }];
  const spec = {
    replicas,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers } },
  };
  return { metadata: { name: "bench", namespace: "default" }, spec };
}

/** What somebody sees who only watches pods and deployments. On stores in memory that is the server's own cache. */
export async function watcherOf({ own, watchers }: Shelves, cache: Cache): Promise<Cache> {
  if (own === watchers) return cache;
  const other = makeCache({ kinds: [podKind, deploymentKind], stores: watchers, log: silentLog, clock });
  await other.synced;
  return other;
}

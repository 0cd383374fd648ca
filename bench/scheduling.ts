/**
 * How fast work is made and placed inside one server: a deployment of 1,000 pods over 100 boards, with the whole API on
 * stores in memory. Goal: 1,000 bindings a second.
 */
import { channelsOn } from "@kubus/shared/bus/bus-channel.ts";
import { memoryBus } from "@kubus/shared/bus/memory-bus.ts";
import { systemRandom } from "@kubus/shared/chance/system-random.ts";
import { silentLog } from "@kubus/shared/log/log.ts";
import { until } from "@kubus/shared/testing/until.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { makeApi } from "@kubus/control-plane/api/api.ts";
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

interface SchedulingFigures {
  readonly createdPerSecond: number;
  readonly boundPerSecond: number;
}

const podsWanted = 1_000;
const boardsWanted = 100;

function aServer() {
  const clock = systemClock;
  const stores = { durable: memoryStore({ clock }), transient: memoryStore({ kind: "transient", clock }) };
  const cache = makeCache({ kinds, stores, log: silentLog, clock });
  const channels = channelsOn(memoryBus({ clock }).connect("server-1"), { clock, random: systemRandom });
  const ports = {
    kinds: makeKindTable(servedKinds),
    stores,
    cache,
    channels,
    clock,
    random: systemRandom,
    log: silentLog,
    version: "bench",
  };
  const { objectsAs } = makeApi(ports);
  const onError = (error: unknown) => {
    throw error;
  };
  return { cache, objectsAs, eventKind, clock, log: silentLog, onError };
}

async function measureScheduling(): Promise<SchedulingFigures> {
  const server = aServer();
  const { cache, objectsAs } = server;
  await cache.synced;
  const objects = objectsAs("bench");
  await objects.create(namespaceKind, { metadata: { name: "default" } });
  for (let i = 0; i < boardsWanted; i += 1) {
    const name = `board-${i}`;
    await objects.create(nodeKind, { metadata: { name }, spec: {} });
    const status = { allocatable: { cpu: "16", memory: "32Gi", pods: "110" } };
    await objects.patch(nodeKind, { name }, { status }, "status");
  }
  const controllers = [deploymentController, replicaSetController];
  makeControllers({ ...server, controllers }).start();
  const scheduler = makeScheduler(server);
  const labels = { app: "bench" };
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: "main", image: "host/sleep" }] },
  };
  const spec = { replicas: podsWanted, selector: { matchLabels: labels }, template };
  const begun = performance.now();
  await objects.create(deploymentKind, { metadata: { name: "bench", namespace: "default" }, spec });
  await until("all pods are made", () => cache.list(podKind).length === podsWanted, 60_000);
  const created = performance.now();
  scheduler.start();
  const isBound = () => cache.list(podKind).every(({ spec: { nodeName } }) => nodeName !== undefined);
  await until("all pods are bound", isBound, 60_000);
  const bound = performance.now();
  const perSecond = (ms: number) => Math.round((podsWanted * 1_000) / ms);
  return { createdPerSecond: perSecond(created - begun), boundPerSecond: perSecond(bound - created) };
}

export async function benchScheduling(): Promise<void> {
  const { createdPerSecond, boundPerSecond } = await measureScheduling();
  console.log(
    `scheduler, 100 boards    ${boundPerSecond.toFixed(0)} pods/s bound, ${createdPerSecond.toFixed(0)} pods/s created`,
  );
}

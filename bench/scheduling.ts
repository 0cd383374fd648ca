/**
 * How fast work is made and placed: a deployment whose pods are spread over 100 and 1,000 boards, with the whole API of
 * one server, on stores in memory and on a real nats-server that writes every pod to disk before it answers.
 *
 * Bindings are counted by a watch: on the real one of another server, which sees nothing but what is stored. Goal: 1,000
 * durable bindings a second with 1,000 boards.
 */
import { natsServerMissing } from "@kubus/shared/testing/nats-server.ts";
import { until } from "@kubus/shared/testing/until.ts";
import type { Cache } from "@kubus/control-plane/cache/cache.ts";
import { deploymentController } from "@kubus/control-plane/controllers/deployment/controller.ts";
import { makeControllers } from "@kubus/control-plane/controllers/engine/controllers.ts";
import { replicaSetController } from "@kubus/control-plane/controllers/replicaset/controller.ts";
import { deploymentKind, podKind } from "@kubus/control-plane/kinds/index.ts";
import { makeScheduler } from "@kubus/control-plane/scheduler/scheduler.ts";
import { aDeployment, aServer, furnish, inMemory, onNats, watcherOf, type Shelves } from "./one-server.ts";

const podsWanted = 3_000;
const boardCounts = [100, 1_000] as const;
const patienceMs = 120_000;

async function measure(boards: number, shelves: Shelves) {
  const server = aServer(shelves.own);
  const { cache, objectsAs } = server;
  await cache.synced;
  const objects = objectsAs("bench");
  await furnish(objects, boards);
  const controllers = [deploymentController, replicaSetController];
  const led = makeControllers({ ...server, controllers });
  led.start();
  const scheduler = makeScheduler(server);
  const begun = performance.now();
  await objects.create(deploymentKind, aDeployment(podsWanted));
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

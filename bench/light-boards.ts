/**
 * 500 pods of one deployment on ten boards that cost nothing: how long the control plane takes from the deployment to
 * all of its pods being ready. Each board writes of each pod what a real agent does: accepted, its address, running.
 *
 * Everything is durable, and the end is seen by another server that only watches.
 */
import { timestamp } from "@kubus/shared/time/clock.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { natsServerMissing } from "@kubus/shared/testing/nats-server.ts";
import { until } from "@kubus/shared/testing/until.ts";
import type { Objects } from "@kubus/control-plane/api/objects.ts";
import type { Cache, CacheEvent } from "@kubus/control-plane/cache/cache.ts";
import { deploymentController } from "@kubus/control-plane/controllers/deployment/controller.ts";
import { makeControllers } from "@kubus/control-plane/controllers/engine/controllers.ts";
import { replicaSetController } from "@kubus/control-plane/controllers/replicaset/controller.ts";
import { deploymentKind, podKind } from "@kubus/control-plane/kinds/index.ts";
import { makeScheduler } from "@kubus/control-plane/scheduler/scheduler.ts";
import { aDeployment, aServer, clock, furnish, onNats, watcherOf } from "./one-server.ts";

const pods = 500;
const boards = 10;
const patienceMs = 120_000;

export async function benchLightBoards(): Promise<void> {
  if (natsServerMissing !== false) {
    console.log(`light boards             not measured: ${natsServerMissing}`);
    return;
  }
  const shelves = await onNats();
  const server = aServer(shelves.own);
  await server.cache.synced;
  const objects = server.objectsAs("bench");
  await furnish(objects, boards);
  const led = makeControllers({ ...server, controllers: [deploymentController, replicaSetController] });
  const scheduler = makeScheduler(server);
  led.start();
  scheduler.start();
  runWhatIsBound(server.cache, objects);
  const watcher = await watcherOf(shelves, server.cache);
  const begun = performance.now();
  await objects.create(deploymentKind, aDeployment(pods));
  const ready = () => watcher.get(deploymentKind, "default", "bench")?.status?.readyReplicas ?? 0;
  await until("all pods are ready", () => ready() === pods, patienceMs);
  const seconds = (performance.now() - begun) / 1_000;
  console.log(
    `${pods} pods, ${boards} light boards  all Ready ${seconds.toFixed(2)} s after apply (${Math.round(pods / seconds)} pods/s, durable)`,
  );
  await led.stop();
  await scheduler.stop();
  await shelves.close();
}

/** Each pod that gets a board goes through the three writes of an agent. */
function runWhatIsBound(cache: Cache, objects: Objects): void {
  const begun = new Set<string>();
  cache.onEvent(({ kind, object, type }: CacheEvent) => {
    const pod = object as Pod;
    const { uid } = pod.metadata;
    if (kind !== podKind || type === "DELETED" || pod.spec.nodeName === undefined || begun.has(uid)) return;
    begun.add(uid);
    void run(pod, objects);
  });
}

async function run({ metadata }: Pod, objects: Objects): Promise<void> {
  const target = { namespace: metadata.namespace ?? "", name: metadata.name };
  const conditions = (status: "True" | "False") => [
    { type: "Ready", status, lastTransitionTime: timestamp(clock.now()) },
  ];
  const steps = [
    { conditions: conditions("False"), startTime: timestamp(clock.now()) },
    { podIP: "10.0.0.1", podIPs: [{ ip: "10.0.0.1" }] },
    { phase: "Running", conditions: conditions("True") },
  ];
  for (const status of steps) await objects.patch(podKind, target, { status }, "status");
}

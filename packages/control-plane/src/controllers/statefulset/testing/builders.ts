/** A stateful set on a cluster in memory, and what tests say of it. */
import assert from "node:assert/strict";
import type { Pod, PodStatus } from "@kubus/shared/api/pod.ts";
import type { StatefulSet } from "@kubus/shared/api/workload.ts";
import { limitRangeKind, nodeKind, podKind, statefulSetKind } from "../../../kinds/index.ts";
import { garbageController } from "../../garbage/controller.ts";
import { claimProtectionController } from "../../protection/controller.ts";
import { aNode, aPodSpec } from "../../testing/builders.ts";
import { aCluster } from "../../testing/cluster.ts";
import { statefulSetController } from "../controller.ts";

const labels = { app: "web" };
export const web = { namespace: "default", name: "web" };

export const setSpec = (spec: Partial<StatefulSet["spec"]> = {}): StatefulSet["spec"] => ({
  replicas: 3,
  serviceName: "web",
  selector: { matchLabels: labels },
  template: { metadata: { labels }, spec: aPodSpec },
  ...spec,
});

export const dataClaim = {
  metadata: { name: "data" },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
} as const;

/** Three boards; pods come to run only when a test says so. */
export async function aSet(spec: Partial<StatefulSet["spec"]> = {}) {
  const cluster = await aCluster([statefulSetController, garbageController, claimProtectionController]);
  const { cache, objects, rest } = cluster;
  for (const name of ["board-1", "board-2", "board-3"]) await cluster.create(nodeKind, aNode(name));
  await cluster.create(statefulSetKind, { metadata: web, spec: setSpec(spec) });

  const set = () => cache.get(statefulSetKind, "default", "web") ?? assert.fail("no stateful set");
  const pod = (name: string) => cache.get(podKind, "default", name) ?? assert.fail(`no ${name}`);
  const target = (name: string) => ({ namespace: "default", name });
  const say = async (name: string, status: PodStatus) => {
    await objects.patch(podKind, target(name), { status }, "status");
    await rest();
  };
  const place = async (name: string, board = "board-1") => {
    const { uid, namespace = "" } = pod(name).metadata;
    if ((pod(name).spec.nodeName ?? "") === "") await objects.bind({ namespace, name, uid }, board);
    await rest();
  };
  /** On a board, running and ready. */
  const run = async (name: string, board = "board-1") => {
    await place(name, board);
    await cluster.run([pod(name)]);
  };
  const living = () => cluster.names(podKind, "default");
  return {
    ...cluster,
    set,
    pod,
    living,
    say,
    place,
    run,
    /** Runs every pod as it appears, and ends every pod that is to end, until nothing more comes. */
    runAll: async () => {
      for (let round = 0; round < 100; round += 1) {
        const pods = cache.list<Pod>(podKind);
        const ending = pods.find(({ metadata }) => metadata.deletionTimestamp !== undefined);
        const next = pods.find((one) => one.status?.phase === "Pending");
        if (ending !== undefined) {
          await objects.delete(podKind, target(ending.metadata.name), { gracePeriodSeconds: 0 });
          await rest();
        } else if (next !== undefined) await run(next.metadata.name);
        else return;
      }
      assert.fail("pods come and go for ever");
    },
    /** The agent says that the pod has ended. */
    gone: async (name: string) => {
      await objects.delete(podKind, target(name), { gracePeriodSeconds: 0 });
      await rest();
    },
    /** From now on the API refuses new pods. */
    forbidPods: async () => {
      const limits = [{ type: "Pod" as const, min: { cpu: "1" } }];
      await cluster.create(limitRangeKind, {
        metadata: { name: "large", namespace: "default" },
        spec: { limits },
      });
    },
    remove: async (name: string) => {
      await objects.delete(podKind, target(name));
      await rest();
    },
    change: async (patch: object) => {
      await objects.patch(statefulSetKind, web, patch);
      await rest();
    },
    setImage: async (image: string) => {
      const template = { spec: { containers: [{ ...aPodSpec.containers[0], image }] } };
      await objects.patch(statefulSetKind, web, { spec: { template } });
      await rest();
    },
    images: () =>
      cache
        .list<Pod>(podKind)
        .map(
          ({ metadata, spec }) => `${metadata.name}:${spec.containers[0]?.image.replace("host/", "") ?? ""}`,
        ),
    state: () => cluster.stateOf("statefulset default/web"),
    why: () => cluster.whyOf("statefulset default/web"),
    /** The board falls silent: as node life writes it. */
    lose: async (name: string) => {
      const lost = { type: "Ready", status: "Unknown" } as const;
      await objects.patch(nodeKind, { name }, { status: { conditions: [lost] } }, "status");
      await rest();
    },
  };
}

/** A cluster whose boards come and go, and whose pods become ready when the test says so. */
import assert from "node:assert/strict";
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Taint } from "@kubus/shared/api/node.ts";
import type { Pod, PodSpec } from "@kubus/shared/api/pod.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { deploymentController } from "../../../controllers/deployment/controller.ts";
import { disruptionController } from "../../../controllers/disruption/controller.ts";
import { replicaSetController } from "../../../controllers/replicaset/controller.ts";
import { aPodSpec } from "../../../controllers/testing/builders.ts";
import { aCluster } from "../../../controllers/testing/cluster.ts";
import { isLiving } from "../../../controllers/workload/availability.ts";
import { namespaceKind, nodeKind, podKind, replicaSetKind } from "../../../kinds/index.ts";
import { rebalancingController } from "../controller.ts";
import { recordIn, recordPlace } from "../record.ts";
import { configMapKind } from "../../../kinds/index.ts";

export interface SetOptions {
  readonly replicas?: number;
  readonly spec?: Partial<PodSpec>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly namespace?: string;
}

/** Boards `board-1` to `board-N`, there for an hour already. */
export async function aRoom(boards: number) {
  const cluster = await aCluster([
    rebalancingController(),
    replicaSetController,
    deploymentController,
    disruptionController,
  ]);
  const { objects, cache, clock } = cluster;
  await objects.create(namespaceKind, { metadata: { name: "kube-system" } });

  const say = async (name: string, status: "True" | "False" | "Unknown") => {
    const conditions = [{ type: "Ready", status, lastTransitionTime: timestamp(clock.now()) }];
    const allocatable = { cpu: "4", memory: "8Gi", pods: "110" };
    await objects.patch(nodeKind, { name }, { status: { allocatable, conditions } }, "status");
    await cluster.rest();
  };
  const addBoard = async (name: string) => {
    await objects.create(nodeKind, { metadata: { name }, spec: {} });
    await say(name, "True");
  };
  for (let i = 1; i <= boards; i += 1) await addBoard(`board-${i}`);
  cluster.scheduler.start();
  await cluster.advance(60 * 60_000);

  const livingOn = (name: string): readonly Pod[] => cache.onNode<Pod>(podKind, name).filter(isLiving);
  /** Agents run what is there, and end what is to end. */
  const runAll = async () => {
    for (const pod of cache.list(podKind)) {
      if (pod.metadata.deletionTimestamp === undefined) continue;
      const { namespace = "", name } = pod.metadata;
      await objects.delete(podKind, { namespace, name }, { gracePeriodSeconds: 0 });
    }
    await cluster.rest();
    await cluster.run(
      cache
        .list(podKind)
        .filter(({ spec, status }) => spec.nodeName !== undefined && status?.phase === "Pending"),
    );
  };

  return {
    ...cluster,
    addBoard,
    livingOn,
    runAll,
    lose: (name: string) => say(name, "Unknown"),
    comeBack: (name: string) => say(name, "True"),
    taint: (name: string, taints: readonly Taint[]) =>
      objects.patch(nodeKind, { name }, { spec: { taints } }),
    cordon: (name: string, unschedulable: boolean) =>
      objects.patch(nodeKind, { name }, { spec: { unschedulable } }),
    /** A replica set whose pods run. */
    aSet: async (
      name: string,
      { replicas = 4, spec = {}, annotations = {}, namespace = "default" }: SetOptions = {},
    ) => {
      const labels = { app: name };
      const template = { metadata: { labels, annotations }, spec: { ...aPodSpec, ...spec } };
      const set = { replicas, selector: { matchLabels: labels }, template };
      await cluster.create(replicaSetKind, { metadata: { name, namespace }, spec: set });
      await runAll();
    },
    scale: async (name: string, replicas: number) => {
      await objects.patch(replicaSetKind, { namespace: "default", name }, { spec: { replicas } });
      await cluster.rest();
    },
    /** `2 2 0`: how many pods live on each board. */
    spread: () =>
      cache
        .list(nodeKind)
        .map(({ metadata }) => livingOn(metadata.name).length)
        .join(" "),
    state: () => cluster.stateOf("rebalancing boards"),
    why: () => cluster.whyOf("rebalancing boards"),
    lastMove: () => recordIn(cache.get(configMapKind, recordPlace.namespace, recordPlace.name)),
    /** Names of the pods that end. */
    leaving: () =>
      cache
        .list(podKind)
        .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
        .map((pod) => keyOf(pod)),
    moves: () => cluster.events("Rebalanced").length,
    /** Lets agents work and time pass until rebalancing is idle; the number of moves. */
    untilEven: async (stepsMax = 200) => {
      for (let step = 0; step < stepsMax; step += 1) {
        await runAll();
        await cluster.advance(1_000);
        if (cluster.stateOf("rebalancing boards") === "idle") return;
      }
      assert.fail(
        `It never ends: ${cluster.stateOf("rebalancing boards") ?? ""}, ${cluster.whyOf("rebalancing boards")}`,
      );
    },
  };
}

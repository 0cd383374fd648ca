/** A daemon set on a cluster in memory, with the scheduler, and what tests say of it. */
import assert from "node:assert/strict";
import type { Node, Taint } from "@kubus/shared/api/node.ts";
import { isFinished, type Pod, type PodStatus } from "@kubus/shared/api/pod.ts";
import type { DaemonSet } from "@kubus/shared/api/workload.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { daemonSetKind, limitRangeKind, nodeKind, podKind } from "../../../kinds/index.ts";
import { garbageController } from "../../garbage/controller.ts";
import { aNode, aPodSpec } from "../../testing/builders.ts";
import { aCluster } from "../../testing/cluster.ts";
import { boardNameOf } from "../daemon-pod.ts";
import { daemonSetController } from "../controller.ts";

const labels = { app: "agent" };
export const agent = { namespace: "default", name: "agent" };

export const daemonSpec = (spec: Partial<DaemonSet["spec"]> = {}): DaemonSet["spec"] => ({
  selector: { matchLabels: labels },
  template: { metadata: { labels }, spec: aPodSpec },
  ...spec,
});

/** So many boards; pods are placed by the scheduler and come to run only when a test says so. */
export async function aDaemonSet(spec: Partial<DaemonSet["spec"]> = {}, boards = 3) {
  const cluster = await aCluster([daemonSetController, garbageController]);
  cluster.scheduler.start();
  const { cache, clock, objects, rest } = cluster;
  const addBoard = (name: string, more: Parameters<typeof aNode>[1] = {}) =>
    cluster.create(nodeKind, aNode(name, more));
  for (let number = 1; number <= boards; number += 1) await addBoard(`board-${number}`);
  await cluster.create(daemonSetKind, { metadata: agent, spec: daemonSpec(spec) });

  const daemonSet = () => cache.get(daemonSetKind, "default", "agent") ?? assert.fail("no daemon set");
  const pods = () => cache.list<Pod>(podKind);
  const podsOn = (board: string) => pods().filter((pod) => boardNameOf(pod) === board);
  /** The one pod that is there and not ending. */
  const podOn = (board: string): Pod => {
    const living = podsOn(board).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    assert.equal(living.length, 1, `one pod on ${board}`);
    return living[0] ?? assert.fail();
  };
  const target = ({ metadata }: Pod) => ({ namespace: "default", name: metadata.name });
  const say = async (pod: Pod, status: PodStatus) => {
    await objects.patch(podKind, target(pod), { status }, "status");
    await rest();
  };
  const gone = async (pod: Pod) => {
    await objects.delete(podKind, target(pod), { gracePeriodSeconds: 0 });
    await rest();
  };
  return {
    ...cluster,
    addBoard,
    daemonSet,
    pods,
    podsOn,
    podOn,
    say,
    gone,
    /** Runs every pod as it appears, and ends every pod that is to end, until nothing more comes. */
    runAll: async () => {
      for (let round = 0; round < 100; round += 1) {
        const ending = pods().find(({ metadata }) => metadata.deletionTimestamp !== undefined);
        const next = pods().find((pod) => pod.status?.phase === "Pending");
        if (ending !== undefined) await gone(ending);
        else if (next !== undefined) await cluster.run([next]);
        else return;
      }
      assert.fail("pods come and go for ever");
    },
    fail: async (board: string) => {
      const pod = podsOn(board).find((one) => !isFinished(one)) ?? assert.fail(`no pod on ${board}`);
      const conditions = [
        { type: "Ready", status: "False" as const, lastTransitionTime: timestamp(clock.now()) },
      ];
      await say(pod, { phase: "Failed", conditions });
    },
    change: async (patch: object) => {
      await objects.patch(daemonSetKind, agent, patch);
      await rest();
    },
    setImage: async (image: string) => {
      const template = { spec: { containers: [{ ...aPodSpec.containers[0], image }] } };
      await objects.patch(daemonSetKind, agent, { spec: { template } });
      await rest();
    },
    changeBoard: async (name: string, patch: object) => {
      await objects.patch(nodeKind, { name }, patch);
      await rest();
    },
    taint: async (name: string, taints: readonly Taint[]) => {
      await objects.patch(nodeKind, { name }, { spec: { taints } });
      await rest();
    },
    nodeWatch: () => daemonSetController.watches.filter(({ kind }) => kind === nodeKind),
    node: (name: string): Node => cache.get(nodeKind, undefined, name) ?? assert.fail(`no ${name}`),
    /** From now on the API refuses new pods. */
    forbidPods: async () => {
      const limits = [{ type: "Pod" as const, min: { cpu: "1" } }];
      await cluster.create(limitRangeKind, {
        metadata: { name: "large", namespace: "default" },
        spec: { limits },
      });
    },
    /** `board-1:true`, for each lasting pod. */
    images: () =>
      pods()
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .map((pod) => `${boardNameOf(pod)}:${pod.spec.containers[0]?.image.replace("host/", "") ?? ""}`)
        .sort(),
    state: () => cluster.stateOf("daemonset default/agent"),
    why: () => cluster.whyOf("daemonset default/agent"),
  };
}

/** The scheduler at work on the whole API in memory, on a simulated clock. */
import assert from "node:assert/strict";
import type { Node } from "@kubus/shared/api/node.ts";
import type { PodSpec } from "@kubus/shared/api/pod.ts";
import { aPodSpec } from "../../controllers/testing/builders.ts";
import { aCluster } from "../../controllers/testing/cluster.ts";
import { nodeKind, podKind, priorityClassKind } from "../../kinds/index.ts";

type Controllers = Parameters<typeof aCluster>[0];

export async function aScheduler(boards: readonly Node[] = [], controllers: Controllers = []) {
  const cluster = await aCluster(controllers);
  const addBoard = async ({ metadata: { name, labels = {}, annotations = {} }, spec, status }: Node) => {
    await cluster.objects.create(nodeKind, { metadata: { name, labels, annotations }, spec });
    await cluster.objects.patch(nodeKind, { name }, { status }, "status");
    await cluster.rest();
  };
  for (const board of boards) await addBoard(board);
  cluster.scheduler.start();
  await cluster.rest();
  const find = (name: string) => cluster.cache.get(podKind, "default", name);
  const pod = (name: string) => find(name) ?? assert.fail(`no pod ${name}`);
  const target = (name: string) => ({ namespace: "default", name });
  return {
    ...cluster,
    addBoard,
    find,
    pod,
    aPod: (name: string, spec: Partial<PodSpec> = {}, labels: Readonly<Record<string, string>> = {}) =>
      cluster.create(podKind, { metadata: { ...target(name), labels }, spec: { ...aPodSpec, ...spec } }),
    /** All at once, then rest. */
    pods: async (names: readonly string[], spec: Partial<PodSpec> = {}) => {
      await Promise.all(
        names.map((name) =>
          cluster.objects.create(podKind, { metadata: target(name), spec: { ...aPodSpec, ...spec } }),
        ),
      );
      await cluster.rest();
    },
    priorities: async (classes: Readonly<Record<string, number>>) => {
      for (const [name, value] of Object.entries(classes))
        await cluster.objects.create(priorityClassKind, { metadata: { name }, value });
      await cluster.rest();
    },
    /** As the agent of its board says when it has ended. */
    end: async (name: string) => {
      await cluster.objects.delete(podKind, target(name), { gracePeriodSeconds: 0 });
      await cluster.rest();
    },
    patchNode: async (name: string, patch: object, subresource?: "status") => {
      await cluster.objects.patch(nodeKind, { name }, patch, subresource);
      await cluster.rest();
    },
    placed: (name: string) => pod(name).spec.nodeName ?? "nowhere",
    condition: (name: string, type = "PodScheduled") =>
      pod(name).status?.conditions?.find((condition) => condition.type === type),
    state: (name: string) => cluster.stateOf(`placement default/${name}`),
    why: (name: string) => cluster.whyOf(`placement default/${name}`),
    /** The leading server dies, and another one takes over. */
    leadAnew: async () => {
      await cluster.scheduler.stop();
      cluster.scheduler.start();
      await cluster.rest();
    },
  };
}

export const room = (cpu: string, pods = "10") => ({ status: { allocatable: { cpu, memory: "1Gi", pods } } });

/** A deployment named `web` on the whole API, with the controllers that make its pods, and what tests do to it. */
import assert from "node:assert/strict";
import type { Condition } from "@kubus/shared/api/meta.ts";
import { isReady, type Pod } from "@kubus/shared/api/pod.ts";
import type { Deployment } from "@kubus/shared/api/workload.ts";
import { deploymentKind, podKind, replicaSetKind } from "../../../kinds/index.ts";
import { garbageController } from "../../garbage/controller.ts";
import { replicaSetController } from "../../replicaset/controller.ts";
import { replicationControllerController } from "../../replicationcontroller/controller.ts";
import { aDeployment, aPodSpec } from "../../testing/builders.ts";
import { aCluster, type Cluster } from "../../testing/cluster.ts";
import { deploymentController } from "../controller.ts";

export const web = { namespace: "default", name: "web" };

export const workloads = [
  deploymentController,
  replicaSetController,
  replicationControllerController,
  garbageController,
];

/** Created, and as far as it comes without a pod that runs. */
export async function aNewDeployment(spec: Partial<Deployment["spec"]> = {}, cluster?: Cluster) {
  const world = cluster ?? (await aCluster(workloads));
  const { spec: whole } = aDeployment("web", spec);
  await world.create(deploymentKind, { metadata: { ...web }, spec: whole });
  const deployment = () => world.cache.get(deploymentKind, "default", "web") ?? assert.fail("no deployment");
  const change = async (patch: object) => {
    await world.objects.patch(deploymentKind, web, patch);
    await world.rest();
  };
  const living = (): readonly Pod[] =>
    world.cache.list(podKind).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return {
    ...world,
    deployment,
    change,
    living,
    setImage: (image: string) =>
      change({ spec: { template: { spec: { containers: [{ ...aPodSpec.containers[0], image }] } } } }),
    condition: (type: string): Condition | undefined =>
      deployment().status?.conditions?.find((condition) => condition.type === type),
    /** `revision:size` of each replica set, in order. */
    sizes: () =>
      world.cache
        .list(replicaSetKind)
        .map(
          ({ metadata, spec }) =>
            `${metadata.annotations?.["deployment.kubernetes.io/revision"] ?? ""}:${spec.replicas ?? 1}`,
        )
        .toSorted(),
    /** Lets pods become ready as often as it takes. */
    finish: async () => {
      for (let round = 0; round < 40 && !isRolledOut(deployment()); round += 1) {
        await world.run(living().filter((pod) => !isReady(pod)));
      }
    },
  };
}

/** Created, and all its pods run. */
export async function aDeployed(spec: Partial<Deployment["spec"]> = {}, cluster?: Cluster) {
  const deployed = await aNewDeployment(spec, cluster);
  await deployed.run();
  return deployed;
}

/** What `kubectl rollout status` waits for. */
export function isRolledOut({ metadata, spec, status = {} }: Deployment): boolean {
  const { observedGeneration = 0, updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = status;
  return (
    observedGeneration >= (metadata.generation ?? 0) &&
    updatedReplicas >= (spec.replicas ?? 1) &&
    replicas <= updatedReplicas &&
    availableReplicas >= updatedReplicas
  );
}

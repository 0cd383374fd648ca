/** Deployments: what to watch, whom to wake, what a decision may know. */
import { controllerOf, keyOf, type KubeObject } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { Deployment } from "@kubus/shared/api/workload.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import { deploymentKind, podKind, replicaSetKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { candidatesOf, splitKey, wakeOwners, wakeSelf } from "../workload/wake.ts";
import { troubleOf } from "./pod-trouble.ts";
import { reconcile } from "./reconcile.ts";
import { lookAt } from "./rollout.ts";
import { rolloutMachine } from "./rollout.machine.ts";
import type { DeploymentView } from "./situation.ts";

const selectorOf = ({ spec }: Deployment) => spec.selector;

export const deploymentController = defineController<DeploymentView>({
  name: "deployment",
  guarantee: "A Deployment's pods all come to run its newest template, within maxSurge and maxUnavailable.",
  watches: [
    { kind: deploymentKind, wakes: wakeSelf },
    { kind: replicaSetKind, wakes: wakeOwners({ ownerKind: deploymentKind, selectorOf }) },
    { kind: podKind, wakes: wakeGrandparent },
  ],
  observe: (key, { cache, now }) => {
    const { namespace, name } = splitKey(key);
    const deployment = cache.get(deploymentKind, namespace, name);
    const podsOf = (uid: string) => cache.controlledBy(podKind, uid);
    if (deployment === undefined) {
      return { deployment, replicaSets: [], podsOf, collision: () => undefined, now };
    }
    const { selector } = deployment.spec;
    const replicaSets = candidatesOf(cache, replicaSetKind, { object: deployment, selector });
    const collision = (other: string) => cache.get(replicaSetKind, namespace, other);
    return { deployment, replicaSets, podsOf, collision, now };
  },
  reconcile,
  life: { name: "rollout", machine: rolloutMachine, classify: lookAt },
  isGone: ({ deployment }) => deployment === undefined,
});

/**
 * All else it learns from its replica sets; but a Recreate deployment goes on when the last old pod is gone, and what is
 * in a pod's way is told by the rollout.
 */
function wakeGrandparent({ type, object, previous }: CacheEvent, cache: Cache): readonly string[] {
  const owner = controllerOf(object);
  if (type === "ADDED" || owner?.kind !== replicaSetKind.kind) return [];
  const { namespace = "" } = object.metadata;
  const replicaSet = cache.get(replicaSetKind, namespace, owner.name);
  const grand = replicaSet === undefined ? undefined : controllerOf(replicaSet);
  if (grand === undefined) return [];
  const deployment = cache.get(deploymentKind, namespace, grand.name);
  if (deployment === undefined) return [];
  const isNews =
    deployment.spec.strategy?.type === "Recreate" || troubleOf(object as Pod) !== troubleIn(previous);
  return isNews ? [keyOf(deployment)] : [];
}

const troubleIn = (pod: KubeObject | undefined) => (pod === undefined ? undefined : troubleOf(pod as Pod));

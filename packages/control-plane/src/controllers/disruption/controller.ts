/** Disruption budgets: woken by themselves, by the pods they are about, and by the size of what owns these. */
import { controllerOf, keyOf, type KubeObject, type OwnerReference } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { isAbout } from "../../api/verbs/disruption-budget.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import { podDisruptionBudgetKind, podKind } from "../../kinds/index.ts";
import type { Kind } from "../../kinds/kind.ts";
import { defineController } from "../engine/controller.ts";
import { splitKey, wakeSelf } from "../workload/wake.ts";
import { needsScale, reconcile, type DisruptionView } from "./reconcile.ts";

export const disruptionController = defineController<DisruptionView>({
  name: "disruption",
  component: "controllermanager",
  guarantee: "A PodDisruptionBudget says how many of its pods may be evicted now.",
  watches: [
    { kind: podDisruptionBudgetKind, wakes: wakeSelf },
    { kind: podKind, wakes: wakeBudgets },
    { kind: "every", wakes: wakeScaled },
  ],
  observe: (key, { cache, now }) => {
    const { namespace, name } = splitKey(key);
    const budget = cache.get(podDisruptionBudgetKind, namespace, name);
    if (budget === undefined) return { budget, pods: [], expected: 0, unmanaged: [], now };
    const pods = cache.list(podKind, namespace).filter((pod) => isAbout(budget, pod));
    if (!needsScale(budget)) return { budget, pods, expected: pods.length, unmanaged: [], now };
    const unmanaged = pods.filter((pod) => controllerOf(pod) === undefined);
    return { budget, pods, expected: expectedScale(pods, cache), unmanaged, now };
  },
  reconcile,
  isGone: ({ budget }) => budget === undefined,
});

function wakeBudgets({ object, previous }: CacheEvent, cache: Cache): readonly string[] {
  const budgets = cache.list(podDisruptionBudgetKind, object.metadata.namespace);
  const concerned = budgets.filter(
    (budget) =>
      isAbout(budget, object as Pod) || (previous !== undefined && isAbout(budget, previous as Pod)),
  );
  return concerned.map(keyOf);
}

/** A controller of pods that comes, goes or changes its size. */
function wakeScaled({ kind, type, object, previous }: CacheEvent, cache: Cache): readonly string[] {
  const { scale } = kind;
  if (scale === undefined) return [];
  const isSameSize =
    type === "MODIFIED" && previous !== undefined && scale.replicas(object) === scale.replicas(previous);
  if (isSameSize) return [];
  return cache.list(podDisruptionBudgetKind, object.metadata.namespace).filter(needsScale).map(keyOf);
}

/** What the controllers of the pods want together; pods without one count as nothing. */
function expectedScale(pods: readonly Pod[], cache: Cache): number | { readonly error: string } {
  const scales = new Map<string, number>();
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) continue;
    const found = scaleOf(owner, pod, cache);
    if (typeof found === "string") return { error: found };
    scales.set(found.uid, found.replicas);
  }
  return [...scales.values()].reduce((sum, replicas) => sum + replicas, 0);
}

/** Of a replica set that a deployment owns, the deployment's size counts: a rollout has several sets. */
function scaleOf(
  owner: OwnerReference,
  pod: Pod,
  cache: Cache,
): { readonly uid: string; readonly replicas: number } | string {
  const { name: podName, namespace } = pod.metadata;
  const kind = kindOf(owner, cache);
  const { apiVersion, kind: kindName, name, uid } = owner;
  if (kind?.scale === undefined)
    return `${kind?.plural ?? kindName}.${kind?.group ?? apiVersion} does not implement the scale subresource`;
  const object = cache.get<KubeObject>(kind, namespace, name);
  if (object?.metadata.uid !== uid) return `found no controllers for pod "${podName}"`;
  const above = controllerOf(object);
  if (kindName === "ReplicaSet" && above?.kind === "Deployment") return scaleOf(above, pod, cache);
  return { uid, replicas: kind.scale.replicas(object) };
}

/** Whatever version of it the pod's reference names. */
const kindOf = ({ apiVersion, kind: name }: OwnerReference, cache: Cache): Kind | undefined =>
  cache.kinds().find((kind) => kind.kind === name && kind.group === groupIn(apiVersion));

const groupIn = (apiVersion: string): string =>
  apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";

/** Assigns a pod to a node, once. */
import type { Condition, KubeObject } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import type { ApiState } from "./ports.ts";
import { conflict } from "./refusals.ts";
import { without } from "./without.ts";
import { serverStrategy } from "./strategy.ts";
import { changeObject, type Target } from "./write.ts";

export interface Binding {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly nodeName: string;
}

/** Rejects with 409 when the pod is assigned already, is being deleted, or is another one by now. */
export async function bindPod(ports: ApiState, target: Target, binding: Binding): Promise<KubeObject> {
  const { nodeName, uid, resourceVersion } = binding;
  const step = (previous: KubeObject): KubeObject => {
    const pod = previous as Pod;
    const refuse = (why: string) => conflict({ ...target.kind, plural: "pods/binding" }, target.name, why);
    if (pod.metadata.deletionTimestamp !== undefined)
      throw refuse(`pod ${target.name} is being deleted, cannot be assigned to a host`);
    if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== "")
      throw refuse(`pod ${target.name} is already assigned to node "${pod.spec.nodeName}"`);
    if ((pod.spec.schedulingGates ?? []).length > 0)
      throw refuse(`pod ${target.name} has non-empty .spec.schedulingGates`);
    return {
      ...pod,
      metadata: {
        ...pod.metadata,
        uid: uid ?? pod.metadata.uid,
        resourceVersion: resourceVersion ?? pod.metadata.resourceVersion,
      },
      spec: { ...pod.spec, nodeName },
      status: { ...pod.status, conditions: withScheduled(pod.status?.conditions ?? [], ports.clock.now()) },
    } as KubeObject;
  };
  // Who assigned a pod is not told by its managedFields.
  const door = { ...without(target, "tracking"), subresource: "binding" };
  return changeObject(ports, door, { step, strategy: serverStrategy });
}

function withScheduled(conditions: readonly Condition[], now: number): readonly Condition[] {
  const scheduled: Condition = { type: "PodScheduled", status: "True", lastTransitionTime: timestamp(now) };
  return [...conditions.filter(({ type }) => type !== scheduled.type), scheduled];
}

/**
 * POST pods/eviction: a deletion that asks politely. The disruption budget that is about the pod may say: not now.
 *
 * What a budget grants is written into its status first, by the revision that it was read with, so that no two
 * evictions ever use the same grant.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { PodDisruptionBudget } from "@kubus/shared/api/policy.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { Refusal } from "@kubus/shared/errors/codes.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { valueIn } from "../body.ts";
import { targetOf, type Act } from "../call.ts";
import { deleteOptionsOf } from "../delete-options.ts";
import type { DeleteOptions } from "../objects.ts";
import { checkPreconditions } from "../metadata.ts";
import type { ApiState } from "../ports.ts";
import { badRequest, notFound } from "../refusals.ts";
import { json } from "../respond.ts";
import { serverStrategy, statusStrategy } from "../strategy.ts";
import { changeObject, deleteObject, type Target } from "../write.ts";
import { afterEviction, isAbout, isFreeToGo, isNoLoss, withCondition } from "./disruption-budget.ts";

interface Eviction {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata?: { readonly name?: string };
  readonly deleteOptions?: { readonly dryRun?: readonly string[] };
}

export const createEviction: Act = async (state, call) => {
  const { kind, apiVersion, metadata, deleteOptions = {} } = (valueIn(call.request) ?? {}) as Eviction;
  if (kind !== "Eviction" || !["policy/v1", "policy/v1beta1"].includes(apiVersion ?? ""))
    throw badRequest("the body must be an Eviction of policy/v1");
  if ((metadata?.name ?? call.name) !== call.name)
    throw badRequest("name in URL does not match name in Eviction object");
  const dryRun = call.dryRun || (deleteOptions.dryRun ?? []).length > 0;
  await evictPod(state, { ...targetOf(call), dryRun }, deleteOptionsOf(deleteOptions));
  return json(201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 });
};

/** Deletes the pod if its budget grants that; rejects with a refusal when it does not, or when the pod is another by now. */
export async function evictPod(state: ApiState, target: Target, options: DeleteOptions): Promise<void> {
  const { kind, namespace, name } = target;
  const pod = state.cache.get(kind, namespace, name) as Pod | undefined;
  if (pod === undefined) throw notFound(kind, name);
  const budget = budgetOf(state, pod);
  const isCounted = budget !== undefined && !isNoLoss(pod) && !isFreeToGo(budget, pod);
  if (isCounted) await count(state, target, budget);
  const preconditions = { uid: pod.metadata.uid, ...options.preconditions };
  // Who is not meant is not marked either.
  checkPreconditions(kind, pod, preconditions);
  // A pod that nobody counted must still be what it was when that was decided.
  const isFixed = !isCounted && budget !== undefined;
  const marked = target.dryRun ? pod : await mark(state, target, pod, isFixed);
  const { resourceVersion } = marked.metadata;
  const revision = isFixed || preconditions.resourceVersion !== undefined ? { resourceVersion } : {};
  await deleteObject(state, target, { ...options, preconditions: { ...preconditions, ...revision } });
}

function budgetOf({ cache, kinds }: ApiState, pod: Pod): PodDisruptionBudget | undefined {
  const kind = kinds.byType("policy/v1", "PodDisruptionBudget");
  if (kind === undefined) return undefined;
  const budgets = cache.list(kind, pod.metadata.namespace) as readonly PodDisruptionBudget[];
  const [first, second] = budgets.filter((budget) => isAbout(budget, pod));
  if (second === undefined || isNoLoss(pod)) return first;
  throw new Refusal(
    "internal",
    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
  );
}

/** Takes one disruption of the budget, of its newest state; a dry run only asks. */
async function count(state: ApiState, target: Target, { metadata }: PodDisruptionBudget): Promise<void> {
  const kind = state.kinds.byType("policy/v1", "PodDisruptionBudget");
  if (kind === undefined) return;
  const { namespace, name } = metadata;
  const step = (budget: KubeObject): KubeObject => afterEviction(budget, target.name, state.clock.now());
  const { user, dryRun } = target;
  await changeObject(
    state,
    { kind, namespace, name, user, dryRun, subresource: "status" },
    { step, strategy: statusStrategy },
  );
}

/** Says on the pod why it goes: whoever makes another one can tell an eviction from a failure. */
async function mark(state: ApiState, target: Target, pod: Pod, isFixed: boolean): Promise<KubeObject> {
  const { uid, resourceVersion } = pod.metadata;
  const step = (previous: KubeObject): KubeObject => {
    const pod = previous as Pod;
    const conditions = withCondition(pod.status?.conditions ?? [], {
      type: "DisruptionTarget",
      status: "True",
      reason: "EvictionByEvictionAPI",
      message: "Eviction API: evicting",
      lastTransitionTime: timestamp(state.clock.now()),
    });
    return {
      ...pod,
      metadata: { ...pod.metadata, uid, ...(isFixed ? { resourceVersion } : {}) },
      status: { ...pod.status, conditions },
    } as KubeObject;
  };
  return changeObject(state, { ...target, subresource: "status" }, { step, strategy: serverStrategy });
}

/**
 * How many pods of a budget may be disrupted now. Pure; Kubernetes' own rules.
 *
 * A share of the pods is a share of what their controllers want, not of what happens to be there.
 */
import type { Condition } from "@kubus/shared/api/meta.ts";
import type { PodDisruptionBudget } from "@kubus/shared/api/policy.ts";
import { isReady, type Pod } from "@kubus/shared/api/pod.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { isSame } from "../../api/same.ts";
import { formatLabelSelector } from "../../api/selectors.ts";
import { allowedCondition, withCondition } from "../../api/verbs/disruption-budget.ts";
import { podDisruptionBudgetKind } from "../../kinds/index.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";
import { referenceTo } from "../workload/ownership.ts";

/** An eviction that was granted should be seen within this time; after it the pod counts again. */
export const evictionSeenMs = 2 * 60_000;

export interface DisruptionView {
  readonly budget: PodDisruptionBudget | undefined;
  /** Those that its selector means. */
  readonly pods: readonly Pod[];
  /** What the controllers of these pods want together, or why nobody can tell. */
  readonly expected: number | { readonly error: string };
  /** Those of them that nobody controls, where a share is asked for: what that means nobody can tell. */
  readonly unmanaged: readonly Pod[];
  readonly now: number;
}

type Status = NonNullable<PodDisruptionBudget["status"]>;

export function reconcile(view: DisruptionView): Plan {
  const { budget, now } = view;
  if (budget === undefined || budget.metadata.deletionTimestamp !== undefined) return nothing;
  const { disruptedPods, stale, recheckAt } = granted(view);
  const status = statusOf(budget, view, disruptedPods);
  const effects: Effect[] = stale.map((name) => ({
    type: "recordEvent",
    about: referenceTo(budget),
    eventType: "Warning",
    reason: "NotDeleted",
    message: `Pod ${name} was expected by PDB ${budget.metadata.namespace ?? ""}/${budget.metadata.name} to be deleted but it wasn't`,
  }));
  // Told when something changes, not at every look.
  if (!isSame(status, budget.status)) effects.push(writing(budget, status), ...remarks(view, budget));
  return recheckAt === undefined ? { effects } : { effects, requeueAfterMs: Math.max(0, recheckAt - now) };
}

/** What people should know of the pods that it is about, in Kubernetes' words. */
function remarks(
  { pods, unmanaged, expected }: DisruptionView,
  budget: PodDisruptionBudget,
): readonly Effect[] {
  const tell = (eventType: "Normal" | "Warning", reason: string, message: string): Effect => ({
    type: "recordEvent",
    about: referenceTo(budget),
    eventType,
    reason,
    message,
  });
  const selector = formatLabelSelector(budget.spec?.selector);
  return [
    ...(pods.length === 0 ? [tell("Normal", "NoPods", "No matching pods found")] : []),
    ...(typeof expected === "number"
      ? []
      : [
          tell(
            "Warning",
            "CalculateExpectedPodCountFailed",
            `Failed to calculate the number of expected pods: ${expected.error}`,
          ),
        ]),
    ...(unmanaged.length === 0
      ? []
      : [
          tell(
            "Warning",
            "UnmanagedPods",
            `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`,
          ),
        ]),
  ];
}

/** Evictions that were granted and are not seen yet. */
function granted({ budget, pods, now }: DisruptionView) {
  const disruptedPods: Record<string, string> = {};
  const stale: string[] = [];
  let recheckAt: number | undefined;
  for (const [name, at] of Object.entries(budget?.status?.disruptedPods ?? {})) {
    const pod = pods.find(({ metadata }) => metadata.name === name);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
    const until = Date.parse(at) + evictionSeenMs;
    if (until <= now) {
      stale.push(name);
      continue;
    }
    disruptedPods[name] = at;
    recheckAt = Math.min(recheckAt ?? until, until);
  }
  return { disruptedPods, stale, recheckAt };
}

function statusOf(
  { metadata, status, spec }: PodDisruptionBudget,
  { pods, expected, now }: DisruptionView,
  disruptedPods: Readonly<Record<string, string>>,
): Status {
  const { generation = 0 } = metadata;
  const conditions = status?.conditions ?? [];
  if (typeof expected !== "number") {
    const { observedGeneration = 0, ...rest } = status ?? empty;
    const condition = syncFailed(expected.error, observedGeneration, now);
    const failed = { ...rest, disruptionsAllowed: 0, conditions: withCondition(conditions, condition) };
    return observedGeneration === 0 ? failed : { ...failed, observedGeneration };
  }
  const currentHealthy = pods.filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined &&
      disruptedPods[pod.metadata.name] === undefined &&
      isReady(pod),
  ).length;
  const { expectedPods, desiredHealthy } = wanted(spec, pods.length, expected);
  const spare = currentHealthy - desiredHealthy;
  const allowed = expectedPods <= 0 || spare <= 0 ? 0 : spare;
  return {
    disruptionsAllowed: allowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    observedGeneration: generation,
    ...(Object.keys(disruptedPods).length === 0 ? {} : { disruptedPods }),
    conditions: allowedCondition(conditions, { allowed, generation, now }),
  };
}

const empty: Status = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };

const syncFailed = (message: string, observedGeneration: number, now: number): Condition => ({
  type: "DisruptionAllowed",
  status: "False",
  reason: "SyncFailed",
  message,
  observedGeneration,
  lastTransitionTime: timestamp(now),
});

function wanted(spec: PodDisruptionBudget["spec"], present: number, expected: number) {
  const { minAvailable, maxUnavailable } = spec ?? {};
  if (maxUnavailable !== undefined) {
    const most = scaled(maxUnavailable, expected);
    return { expectedPods: expected, desiredHealthy: Math.max(0, expected - most) };
  }
  if (minAvailable === undefined) return { expectedPods: present, desiredHealthy: 0 };
  if (typeof minAvailable === "number") return { expectedPods: present, desiredHealthy: minAvailable };
  return { expectedPods: expected, desiredHealthy: scaled(minAvailable, expected) };
}

/** Shares are rounded up. */
const scaled = (share: number | string, whole: number): number =>
  typeof share === "number" ? share : Math.ceil((Number.parseInt(share, 10) * whole) / 100);

/** Whether a budget speaks of a share of what its pods' controllers want. */
export const needsScale = ({ spec }: PodDisruptionBudget): boolean =>
  spec?.maxUnavailable !== undefined || typeof spec?.minAvailable === "string";

function writing({ metadata, status }: PodDisruptionBudget, next: Status): Effect {
  const { namespace = "", name, resourceVersion } = metadata;
  // A merge patch keeps what it does not name: pods that are forgotten must be named.
  const forgotten = Object.keys(status?.disruptedPods ?? {}).map((pod) => [pod, null] as const);
  const disruptedPods =
    forgotten.length === 0 ? next.disruptedPods : { ...Object.fromEntries(forgotten), ...next.disruptedPods };
  return {
    type: "writeStatus",
    kind: podDisruptionBudgetKind,
    target: { namespace, name, resourceVersion },
    status: { ...next, ...(disruptedPods === undefined ? {} : { disruptedPods }) },
  };
}

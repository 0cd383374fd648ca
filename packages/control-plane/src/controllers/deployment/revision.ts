/** Revisions of a deployment: counted in annotations of its replica sets, as `kubectl rollout history` reads them. Pure. */
import type { Deployment, ReplicaSet } from "@kubus/shared/api/workload.ts";

export const annotation = {
  revision: "deployment.kubernetes.io/revision",
  history: "deployment.kubernetes.io/revision-history",
  desired: "deployment.kubernetes.io/desired-replicas",
  max: "deployment.kubernetes.io/max-replicas",
} as const;

/** The most letters of former revisions that a replica set remembers; the oldest are forgotten. */
const historyLettersMax = 2_000;

/** Annotations that do not travel from a deployment to its replica sets. */
const ownOnly: readonly string[] = [
  "kubectl.kubernetes.io/last-applied-configuration",
  "deprecated.deployment.rollback.to",
  ...Object.values(annotation),
];

export const revisionOf = (object: ReplicaSet | Deployment | undefined): number =>
  Number.parseInt(object?.metadata.annotations?.[annotation.revision] ?? "0", 10) || 0;

/** The annotations that the new replica set should have: the deployment's, its revision and its former ones. */
export function annotationsFor(
  deployment: Deployment,
  newest: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): Readonly<Record<string, string>> {
  const carried = Object.entries(deployment.metadata.annotations ?? {}).filter(
    ([key]) => !ownOnly.includes(key),
  );
  const next = Math.max(0, ...old.map(revisionOf)) + 1;
  const present = newest?.metadata.annotations ?? {};
  const current = revisionOf(newest);
  const isReused = current > 0 && current < next;
  const history = isReused ? historyWith(present[annotation.history], String(current)) : undefined;
  return {
    ...present,
    ...Object.fromEntries(carried),
    [annotation.revision]: String(Math.max(current, next)),
    ...(history === undefined ? {} : { [annotation.history]: history }),
  };
}

/** Former revisions, oldest first, with one more. */
function historyWith(history: string | undefined, revision: string): string {
  const revisions = [...(history ?? "").split(",").filter((one) => one !== ""), revision];
  while (revisions.length > 1 && revisions.join(",").length > historyLettersMax) revisions.shift();
  return revisions.join(",");
}

/** What a replica set remembers of the deployment's size, to notice that it was scaled. */
export const sizeAnnotations = (replicas: number, maxSurge: number) => ({
  [annotation.desired]: String(replicas),
  [annotation.max]: String(replicas + maxSurge),
});

/** Old replica sets beyond the limit that run nothing, oldest revisions first. */
export function surplusHistory(deployment: Deployment, old: readonly ReplicaSet[]): readonly ReplicaSet[] {
  const limit = deployment.spec.revisionHistoryLimit ?? 10; // 2^31-1, Kubernetes' word for "all", is more than any.
  const alive = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const surplus = alive.length - limit;
  if (surplus <= 0) return [];
  const isIdle = ({ spec, status, metadata }: ReplicaSet) =>
    spec.replicas === 0 &&
    (status?.replicas ?? 0) === 0 &&
    (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  return alive
    .toSorted((a, b) => revisionOf(a) - revisionOf(b))
    .slice(0, surplus)
    .filter(isIdle);
}

/** In which order clients prefer groups and their versions, as Kubernetes ranks them. Pure. */
import type { Kind } from "../../kinds/kind.ts";
import type { ServedVersion } from "./reconcile.ts";

/** Of groups that are built in, and of the versions that are not the usual ones. */
const groupPriorities: Readonly<Record<string, number>> = {
  "": 18_000,
  apps: 17_800,
  "events.k8s.io": 17_750,
  "authentication.k8s.io": 17_700,
  "authorization.k8s.io": 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  "certificates.k8s.io": 17_300,
  "networking.k8s.io": 17_200,
  policy: 17_100,
  "rbac.authorization.k8s.io": 17_000,
  "storage.k8s.io": 16_800,
  "apiextensions.k8s.io": 16_700,
  "admissionregistration.k8s.io": 16_700,
  "scheduling.k8s.io": 16_600,
  "coordination.k8s.io": 16_500,
  "node.k8s.io": 16_300,
  "discovery.k8s.io": 16_200,
  "flowcontrol.apiserver.k8s.io": 16_100,
  // Behind custom groups: its resources have the names of the core group's.
  "metrics.k8s.io": 100,
};
const otherGroupPriority = 15_000;
const customGroupPriority = 1_000;
const customVersionPriority = 100;

type Row = Pick<Kind, "group" | "version" | "isHidden">;

/** Every group and version that some row of the table has, by the name of its API service. */
export function servedVersions(
  rows: readonly Row[],
  isBuiltIn: (row: Row) => boolean,
): ReadonlyMap<string, ServedVersion> {
  const told = rows.filter(({ isHidden }) => isHidden !== true);
  return new Map(
    told.map((row) => {
      const { group, version } = row;
      const priorities = isBuiltIn(row)
        ? {
            origin: "builtIn" as const,
            groupPriorityMinimum: groupPriorities[group] ?? otherGroupPriority,
            versionPriority: versionPriorityOf(version),
          }
        : {
            origin: "custom" as const,
            groupPriorityMinimum: customGroupPriority,
            versionPriority: customVersionPriority,
          };
      return [`${version}.${group}`, { group, version, ...priorities }] as const;
    }),
  );
}

/** Later versions before earlier ones, stable ones before those that are not. */
function versionPriorityOf(version: string): number {
  const [, major = "1", stage] = /^v(\d+)(alpha|beta)?/.exec(version) ?? [];
  if (stage === "alpha") return 1;
  return stage === "beta" ? 9 : Math.min(15 * Number(major), 1_000);
}

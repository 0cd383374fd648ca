/** Objects for tests of controllers and the scheduler: complete, small, and different only where the test says so. */
import type { ObjectMeta } from "@kubus/shared/api/meta.ts";
import type { Node } from "@kubus/shared/api/node.ts";
import type { Pod, PodSpec, PodStatus } from "@kubus/shared/api/pod.ts";
import type { Deployment, ReplicaSet } from "@kubus/shared/api/workload.ts";
import { ownerReference } from "../workload/ownership.ts";

/** What every simulated clock starts with. */
export const start = Date.UTC(2026, 0, 1);
export const at = (secondsAfterStart: number): string =>
  new Date(start + secondsAfterStart * 1_000).toISOString().replace(".000Z", "Z");

export const aMeta = (name: string, more: Partial<ObjectMeta> = {}): ObjectMeta => ({
  name,
  namespace: "default",
  uid: `uid-${name}`,
  resourceVersion: "1",
  creationTimestamp: at(0),
  ...more,
});

const labels = { app: "web" };
export const aPodSpec: PodSpec = { containers: [{ name: "main", image: "host/sleep" }] };

export interface PodOptions {
  readonly meta?: Partial<ObjectMeta>;
  readonly spec?: Partial<PodSpec>;
  readonly status?: PodStatus;
  readonly owner?: ReplicaSet | Deployment;
}

export const aPod = (name: string, { meta, spec, status, owner }: PodOptions = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: aMeta(name, {
    labels,
    ...(owner === undefined ? {} : { ownerReferences: [ownerReference(owner)] }),
    ...meta,
  }),
  spec: { ...aPodSpec, ...spec },
  status: status ?? { phase: "Pending" },
});

/** Running on a board, ready since so many seconds after the start. */
export const readyStatus = (since = 0): PodStatus => ({
  phase: "Running",
  conditions: [{ type: "Ready", status: "True", lastTransitionTime: at(since) }],
});

export const aReplicaSet = (
  name: string,
  spec: Partial<ReplicaSet["spec"]> = {},
  more: { readonly meta?: Partial<ObjectMeta>; readonly status?: ReplicaSet["status"] } = {},
): ReplicaSet => ({
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  metadata: aMeta(name, { generation: 1, ...more.meta }),
  spec: {
    replicas: 3,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: aPodSpec },
    ...spec,
  },
  ...(more.status === undefined ? {} : { status: more.status }),
});

export const aDeployment = (
  name: string,
  spec: Partial<Deployment["spec"]> = {},
  more: { readonly meta?: Partial<ObjectMeta>; readonly status?: Deployment["status"] } = {},
): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: aMeta(name, { generation: 1, ...more.meta }),
  spec: {
    replicas: 3,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: aPodSpec },
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    progressDeadlineSeconds: 600,
    revisionHistoryLimit: 10,
    ...spec,
  },
  ...(more.status === undefined ? {} : { status: more.status }),
});

export const aNode = (
  name: string,
  more: Partial<Pick<Node, "spec" | "status">> & { meta?: Partial<ObjectMeta> } = {},
): Node => {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      uid: `uid-${name}`,
      resourceVersion: "1",
      creationTimestamp: at(0),
      labels: { "kubernetes.io/hostname": name },
      ...more.meta,
    },
    spec: more.spec ?? {},
    status: more.status ?? { allocatable: { cpu: "4", memory: "8Gi", pods: "110" } },
  };
};

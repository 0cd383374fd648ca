/** Objects for tests, complete as the API would hold them; a test says only what it is about. */
import type { KubeObject, ObjectMeta } from "@kubus/shared/api/meta.ts";
import type { Container, ContainerStatus, Pod, PodSpec, PodStatus } from "@kubus/shared/api/pod.ts";
import type { Deployment } from "@kubus/shared/api/workload.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { deploymentKind, podKind } from "../index.ts";
import type { Kind } from "../kind.ts";

export const metadata: ObjectMeta = {
  name: "web",
  namespace: "default",
  uid: "11111111-1111-4111-8111-111111111111",
  resourceVersion: "1",
  creationTimestamp: "2026-01-01T00:00:00Z",
};

export const container: Container = { name: "main", image: "host/python3" };

/** `spec` may be anything that a client could send. */
export const aPod = (spec: object = {}, status?: PodStatus): Pod =>
  podKind.setDefaults({
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec: { containers: [container], ...(spec as Partial<PodSpec>) },
    ...(status === undefined ? {} : { status }),
  });

export const aDeployment = (spec: object = {}): Deployment =>
  deploymentKind.setDefaults({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [container] } },
      ...spec,
    },
  });

export const aContainerStatus = (name: string, status: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name,
  image: "host/python3",
  imageID: "",
  ready: false,
  restartCount: 0,
  state: {},
  lastState: {},
  ...status,
});

/** Causes as kubectl prints them. */
export const told = (causes: readonly Cause[]): readonly string[] =>
  causes.map(({ field, message }) => `${field}: ${message}`);

/** What is wrong with an object, after defaulting. */
export const wrongWith = <T extends KubeObject>(kind: Kind<T>, object: T): readonly string[] =>
  told(kind.validate(kind.setDefaults(object)));

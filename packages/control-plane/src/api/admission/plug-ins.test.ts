import assert from "node:assert/strict";
import { test } from "node:test";
import type { Toleration } from "@kubus/shared/api/pod.ts";
import { anApi, aPod, type World } from "../testing/world.ts";

const pods = "/api/v1/namespaces/default/pods";
const limitRanges = "/api/v1/namespaces/default/limitranges";
const owner = (kind: string, more: object = {}) => ({
  metadata: {
    ownerReferences: [{ apiVersion: "apps/v1", kind, name: "web", uid: "1", controller: true, ...more }],
  },
});
const made = async ({ ask }: World, path: string, body: object) => {
  const { status, json } = await ask("POST", path, { body });
  assert.equal(status, 201, json.message);
  return json;
};
const refusedWith = async ({ ask }: World, path: string, body: object) => {
  const { status, json } = await ask("POST", path, { body });
  return `${status} ${json.message}`;
};
const aLimitRange = (...limits: readonly object[]) => ({
  apiVersion: "v1",
  kind: "LimitRange",
  metadata: { name: "limits" },
  spec: { limits },
});
const withResources = (resources: object) => ({
  spec: { containers: [{ name: "main", image: "host/sleep", resources }] },
});

test("LimitRanger gives containers their defaults and says so; the quality of service follows", async () => {
  const world = await anApi();
  await made(
    world,
    limitRanges,
    aLimitRange({
      type: "Container",
      default: { cpu: "500m", memory: "64Mi" },
      defaultRequest: { cpu: "500m", memory: "64Mi" },
    }),
  );
  const pod = await made(world, pods, aPod("web", { ...withResources({ requests: { cpu: "100m" } }) }));
  assert.deepEqual(pod.spec.containers[0]?.resources, {
    requests: { cpu: "100m", memory: "64Mi" },
    limits: { cpu: "500m", memory: "64Mi" },
  });
  assert.equal(
    pod.metadata.annotations?.["kubernetes.io/limit-ranger"],
    "LimitRanger plugin set: memory request for container main; cpu, memory limit for container main",
  );
  assert.equal(pod.status.qosClass, "Burstable");
  const even = await made(world, pods, aPod("even"));
  assert.equal(even.status.qosClass, "Guaranteed");
});

test("LimitRanger refuses what is too much, too little or too far apart, in Kubernetes' words", async () => {
  const world = await anApi();
  await made(
    world,
    limitRanges,
    aLimitRange(
      { type: "Container", max: { cpu: "1" }, min: { cpu: "100m" }, maxLimitRequestRatio: { cpu: "4" } },
      { type: "Pod", max: { memory: "1Gi" } },
    ),
  );
  const asking = (requests: object, limits: object) =>
    refusedWith(world, pods, aPod("web", withResources({ requests, limits })));
  const memory = "1Gi";
  const prefix = '403 pods "web" is forbidden: ';
  assert.equal(
    await asking({ cpu: "1", memory }, { cpu: "2", memory }),
    `${prefix}maximum cpu usage per Container is 1, but limit is 2`,
  );
  assert.equal(
    await asking({ cpu: "50m", memory }, { cpu: "100m", memory }),
    `${prefix}minimum cpu usage per Container is 100m, but request is 50m`,
  );
  assert.equal(
    await asking({ cpu: "200m", memory }, { cpu: "1", memory }),
    `${prefix}cpu max limit to request ratio per Container is 4, but provided ratio is 5.000000`,
  );
  assert.equal(
    await asking({ cpu: "1", memory: "3Gi" }, { cpu: "1", memory: "3Gi" }),
    `${prefix}maximum memory usage per Pod is 1Gi, but limit is 3Gi`,
  );
  assert.equal(
    await asking({ cpu: "50m" }, { cpu: "2" }),
    `${prefix}[minimum cpu usage per Container is 100m, but request is 50m, maximum cpu usage per Container is 1, but limit is 2, cpu max limit to request ratio per Container is 4, but provided ratio is 40.000000, maximum memory usage per Pod is 1Gi.  No limit is specified]`,
  );
  await made(world, pods, aPod("fits", withResources({ requests: { memory }, limits: { memory } })));
});

test("LimitRanger bounds what claims ask for", async () => {
  const world = await anApi();
  const claims = "/api/v1/namespaces/default/persistentvolumeclaims";
  await made(
    world,
    limitRanges,
    aLimitRange({ type: "PersistentVolumeClaim", max: { storage: "2Gi" }, min: { storage: "1Gi" } }),
  );
  const aClaim = (storage: string) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
  });
  assert.equal(
    await refusedWith(world, claims, aClaim("3Gi")),
    '403 persistentvolumeclaims "data" is forbidden: maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi',
  );
  assert.equal(
    await refusedWith(world, claims, aClaim("1Mi")),
    '403 persistentvolumeclaims "data" is forbidden: minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 1Mi',
  );
  await made(world, claims, aClaim("2Gi"));
});

test("Priority knows a pod's class, the default class and those of the system", async () => {
  const world = await anApi();
  const classes = "/apis/scheduling.k8s.io/v1/priorityclasses";
  const aClass = (name: string, value: number, more: object = {}) => ({
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name },
    value,
    ...more,
  });
  const ranks = ({ spec }: { readonly spec: object }) => {
    const { priority, priorityClassName, preemptionPolicy } = spec as Record<string, unknown>;
    return [priority, priorityClassName, preemptionPolicy];
  };
  assert.deepEqual(ranks(await made(world, pods, aPod("a"))), [0, undefined, "PreemptLowerPriority"]);
  await made(world, classes, aClass("high", 1_000, { preemptionPolicy: "Never" }));
  await made(world, classes, aClass("usual", 10, { globalDefault: true }));
  const high = { spec: { priorityClassName: "high" } };
  assert.deepEqual(ranks(await made(world, pods, aPod("b", high))), [1_000, "high", "Never"]);
  assert.deepEqual(ranks(await made(world, pods, aPod("c"))), [10, "usual", "PreemptLowerPriority"]);
  const system = { spec: { priorityClassName: "system-node-critical" } };
  assert.deepEqual(ranks(await made(world, pods, aPod("d", system)))[0], 2_000_001_000);
  assert.equal(
    await refusedWith(world, pods, aPod("e", { spec: { priorityClassName: "none" } })),
    '403 pods "e" is forbidden: no PriorityClass with name none was found',
  );
  assert.equal(
    await refusedWith(world, pods, aPod("f", { spec: { priority: 7 } })),
    '403 pods "f" is forbidden: the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 10 from the given PriorityClass name',
  );
  assert.equal(
    await refusedWith(world, classes, aClass("other", 5, { globalDefault: true })),
    '403 priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as default. Only one default can exist',
  );
});

test("a client that does not know of priorities may write a pod back", async () => {
  const world = await anApi();
  const pod = await made(world, pods, aPod("web"));
  const { priority, preemptionPolicy, ...spec } = pod.spec;
  assert.deepEqual([priority, preemptionPolicy], [0, "PreemptLowerPriority"]);
  const { status, json } = await world.ask("PUT", `${pods}/web`, { body: { ...pod, spec } });
  assert.deepEqual([status, json.spec.priority], [200, 0]);
});

test("pods wait for a lost board as long as somebody would miss them", async () => {
  const world = await anApi();
  const seconds = ({ spec }: { readonly spec: { readonly tolerations?: readonly Toleration[] } }) =>
    (spec.tolerations ?? []).map(({ key = "*", tolerationSeconds }) => [key, tolerationSeconds]);
  const [notReady, unreachable] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
  assert.deepEqual(seconds(await made(world, pods, aPod("bare"))), [
    [notReady, 300],
    [unreachable, 300],
  ]);
  assert.deepEqual(seconds(await made(world, pods, aPod("owned", owner("ReplicaSet")))), [
    [notReady, 0],
    [unreachable, 0],
  ]);
  const all = { spec: { tolerations: [{ operator: "Exists" }] } };
  assert.deepEqual(seconds(await made(world, pods, aPod("all", all))), [["*", undefined]]);
});

test("what names no class gets the newest default one", async () => {
  const world = await anApi();
  const mark = (group: string) => ({ [`${group}.kubernetes.io/is-default-class`]: "true" });
  const aClass = (name: string, isDefault: boolean) => ({
    metadata: { name, annotations: isDefault ? mark("storageclass") : {} },
    provisioner: "kubus.io/local",
  });
  const classes = "/apis/storage.k8s.io/v1/storageclasses";
  await made(world, classes, aClass("old", true));
  await world.clock.advance(2_000);
  await made(world, classes, aClass("new", true));
  await made(world, classes, aClass("other", false));
  const claims = "/api/v1/namespaces/default/persistentvolumeclaims";
  const aClaim = (name: string, more: object = {}) => ({
    metadata: { name },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...more },
  });
  const classOf = ({ spec }: { readonly spec: object }) =>
    (spec as { readonly storageClassName?: string }).storageClassName;
  assert.equal(classOf(await made(world, claims, aClaim("a"))), "new");
  assert.equal(classOf(await made(world, claims, aClaim("b", { storageClassName: "" }))), "");
  await made(world, "/apis/networking.k8s.io/v1/ingressclasses", {
    metadata: { name: "nginx", annotations: mark("ingressclass") },
    spec: { controller: "kubus.io/nginx" },
  });
  const ingress = await made(world, "/apis/networking.k8s.io/v1/namespaces/default/ingresses", {
    metadata: { name: "web" },
    spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } },
  });
  assert.equal((ingress.spec as { readonly ingressClassName?: string }).ingressClassName, "nginx");
});

test("a runtime class says what its pods cost and where they go", async () => {
  const world = await anApi();
  await made(world, "/apis/node.k8s.io/v1/runtimeclasses", {
    metadata: { name: "cri" },
    handler: "runc",
    overhead: { podFixed: { memory: "16Mi" } },
    scheduling: {
      nodeSelector: { runtime: "cri" },
      tolerations: [{ key: "cri", operator: "Exists", effect: "NoSchedule" }],
    },
  });
  const using = (more: object = {}) => ({ spec: { runtimeClassName: "cri", ...more } });
  const pod = await made(world, pods, aPod("a", using({ nodeSelector: { disk: "ssd" } })));
  assert.deepEqual(
    [pod.spec.overhead, pod.spec.nodeSelector, pod.spec.tolerations?.some(({ key }) => key === "cri")],
    [{ memory: "16Mi" }, { disk: "ssd", runtime: "cri" }, true],
  );
  assert.equal(
    await refusedWith(world, pods, aPod("b", using({ nodeSelector: { runtime: "process" } }))),
    '403 pods "b" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[runtime] = cri; pod.spec.nodeSelector[runtime] = process',
  );
  assert.equal(
    await refusedWith(world, pods, aPod("c", using({ overhead: { memory: "1Mi" } }))),
    `403 pods "c" is forbidden: pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead`,
  );
  assert.equal(
    await refusedWith(world, pods, aPod("d", { spec: { overhead: { memory: "1Mi" } } })),
    '403 pods "d" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
  );
  assert.equal(
    await refusedWith(world, pods, aPod("e", { spec: { runtimeClassName: "none" } })),
    '403 pods "e" is forbidden: pod rejected: RuntimeClass "none" not found',
  );
});

test("nothing is created in a namespace that does not exist, whatever else is wrong with it", async () => {
  const world = await anApi();
  assert.equal(
    await refusedWith(world, "/api/v1/namespaces/none/pods", { metadata: { name: "x" }, spec: {} }),
    '404 namespaces "none" not found',
  );
});

test("who makes an object hold up its owner must be allowed to hold that one up", async () => {
  const world = await anApi();
  const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
  await made(world, `${rbac}/roles`, {
    metadata: { name: "writer" },
    rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["create", "update"] }],
  });
  await made(world, `${rbac}/rolebindings`, {
    metadata: { name: "writer" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "writer" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "jane" }],
  });
  const user = { name: "jane", groups: ["system:authenticated"] };
  const blocking = aPod("a", owner("ReplicaSet", { blockOwnerDeletion: true }));
  const first = await world.ask("POST", pods, { body: blocking, user });
  assert.equal(
    `${first.status} ${first.json.message}`,
    `403 pods "a" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: , <nil>`,
  );
  const free = await world.ask("POST", pods, { body: aPod("b", owner("ReplicaSet")), user });
  assert.equal(free.status, 201);
  const changed = { ...free.json, metadata: { ...free.json.metadata, ownerReferences: [] } };
  const second = await world.ask("PUT", `${pods}/b`, { body: changed, user });
  assert.equal(
    `${second.status} ${second.json.message}`,
    `403 pods "b" is forbidden: cannot set an ownerRef on a resource you can't delete: , <nil>`,
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ResourceQuota } from "@kubus/shared/api/core.ts";
import { anApi, aConfigMap, aPod, type World } from "../../testing/world.ts";

const room = "/api/v1/namespaces/default";
const pods = `${room}/pods`;
const quotas = `${room}/resourcequotas`;

/** A quota that was counted already: nothing is used of it. */
async function withQuota(
  world: World,
  hard: Readonly<Record<string, string>>,
  spec: object = {},
  name = "q",
) {
  const body = { apiVersion: "v1", kind: "ResourceQuota", metadata: { name }, spec: { hard, ...spec } };
  const { status, json } = await world.ask("POST", quotas, { body });
  assert.equal(status, 201, json.message);
  const used = Object.fromEntries(Object.keys(hard).map((resource) => [resource, "0"]));
  const counted = await world.ask("PATCH", `${quotas}/${name}/status`, {
    body: { status: { hard, used } },
    contentType: "application/merge-patch+json",
  });
  assert.equal(counted.status, 200, counted.json.message);
}

const usedOf = async ({ ask }: World, name = "q") =>
  ((await ask("GET", `${quotas}/${name}`)).json as object as ResourceQuota).status?.used;

const create = async ({ ask }: World, path: string, body: object) => {
  const { status, json } = await ask("POST", path, { body });
  return status === 201 ? "created" : `${status} ${json.message}`;
};

const withResources = (requests: object, limits: object = {}) => ({
  spec: { containers: [{ name: "main", image: "host/sleep", resources: { requests, limits } }] },
});

test("INVARIANT: a hundred creations at once against a quota of ten leave exactly ten", async () => {
  const world = await anApi();
  await withQuota(world, { pods: "10" });
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => create(world, pods, aPod(`web-${i}`))),
  );
  assert.equal(answers.filter((answer) => answer === "created").length, 10);
  assert.equal((await world.ask("GET", pods)).json.items.length, 10);
  assert.deepEqual(await usedOf(world), { pods: "10" });
});

test("INVARIANT: two servers on one store do not exceed a quota together", async () => {
  const world = await anApi();
  const { makeApi } = await import("../../api.ts");
  const other = makeApi(world.ports);
  const objects = other.objectsAs("admin");
  const kind = world.ports.kinds.byType("v1", "Pod") ?? assert.fail();
  await withQuota(world, { pods: "10" });
  const outcomes = await Promise.all([
    ...Array.from({ length: 20 }, (_, i) => create(world, pods, aPod(`a-${i}`))),
    ...Array.from({ length: 20 }, (_, i) => {
      const pod = aPod(`b-${i}`);
      const draft = { ...pod, metadata: { ...pod.metadata, namespace: "default" } };
      return objects.create(kind, draft).then(
        () => "created",
        (error: unknown) => String(error),
      );
    }),
  ]);
  assert.equal(outcomes.filter((outcome) => outcome === "created").length, 10);
  assert.deepEqual(await usedOf(world), { pods: "10" });
});

test("says what was asked for, what is used and what is allowed", async () => {
  const world = await anApi();
  await withQuota(world, { pods: "2", "requests.memory": "1Gi" });
  const asking = (name: string, memory: string) => create(world, pods, aPod(name, withResources({ memory })));
  assert.equal(await asking("a", "512Mi"), "created");
  assert.equal(
    await asking("b", "513Mi"),
    '403 pods "b" is forbidden: exceeded quota: q, requested: requests.memory=513Mi, used: requests.memory=512Mi, limited: requests.memory=1Gi',
  );
  assert.equal(await asking("c", "512Mi"), "created");
  assert.equal(
    await asking("d", "1Mi"),
    '403 pods "d" is forbidden: exceeded quota: q, requested: pods=1,requests.memory=1Mi, used: pods=2,requests.memory=1Gi, limited: pods=2,requests.memory=1Gi',
  );
  assert.deepEqual(await usedOf(world), { pods: "2", "requests.memory": "1Gi" });
});

test("containers must say what is limited", async () => {
  const world = await anApi();
  await withQuota(world, { "limits.cpu": "1", "requests.cpu": "1", "limits.memory": "1Gi" });
  assert.equal(
    await create(world, pods, aPod("a")),
    '403 pods "a" is forbidden: failed quota: q: must specify limits.cpu for: main; limits.memory for: main; requests.cpu for: main',
  );
  const said = withResources({}, { cpu: "100m", memory: "1Mi" });
  assert.equal(await create(world, pods, aPod("b", said)), "created");
  assert.deepEqual(await usedOf(world), {
    "limits.cpu": "100m",
    "requests.cpu": "100m",
    "limits.memory": "1Mi",
  });
});

test("nothing is let in before a quota was counted for the first time", async () => {
  const world = await anApi();
  const spec = { hard: { pods: "1", secrets: "1" } };
  await world.ask("POST", quotas, { body: { metadata: { name: "new" }, spec } });
  assert.equal(
    await create(world, pods, aPod("a")),
    '403 pods "a" is forbidden: status unknown for quota: new, resources: pods',
  );
  assert.equal(await create(world, `${room}/configmaps`, aConfigMap("a")), "created");
});

test("counts objects of every kind, and of custom names", async () => {
  const world = await anApi();
  await withQuota(world, { configmaps: "1", "count/deployments.apps": "0", "count/configmaps": "5" });
  assert.equal(await create(world, `${room}/configmaps`, aConfigMap("a")), "created");
  assert.match(
    await create(world, `${room}/configmaps`, aConfigMap("b")),
    /exceeded quota: q, requested: configmaps=1/,
  );
  const deployment = {
    metadata: { name: "web" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "a", image: "b" }] } },
    },
  };
  assert.equal(
    await create(world, "/apis/apps/v1/namespaces/default/deployments", deployment),
    '403 deployments.apps "web" is forbidden: exceeded quota: q, requested: count/deployments.apps=1, used: count/deployments.apps=0, limited: count/deployments.apps=0',
  );
});

test("services are charged for what their type takes, also when it changes", async () => {
  const world = await anApi();
  await withQuota(world, { services: "5", "services.nodeports": "1", "services.loadbalancers": "0" });
  const aService = (name: string, spec: object) => ({
    metadata: { name },
    spec: { ports: [{ port: 80 }], ...spec },
  });
  assert.equal(await create(world, `${room}/services`, aService("a", {})), "created");
  const change = async (type: string) => {
    const { status, json } = await world.ask("PATCH", `${room}/services/a`, {
      body: { spec: { type } },
      contentType: "application/merge-patch+json",
    });
    return `${status} ${json.message}`;
  };
  assert.match(await change("NodePort"), /^200 /);
  assert.deepEqual(await usedOf(world), {
    services: "1",
    "services.nodeports": "1",
    "services.loadbalancers": "0",
  });
  assert.match(await change("LoadBalancer"), /^403 .*requested: services.loadbalancers=1/);
  assert.match(
    await create(world, `${room}/services`, aService("b", { type: "NodePort" })),
    /requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1$/,
  );
});

test("claims are charged for their storage, by class too, and for its growth", async () => {
  const world = await anApi();
  const ofClass = "fast.storageclass.storage.k8s.io/requests.storage";
  await withQuota(world, { "requests.storage": "10Gi", [ofClass]: "2Gi", persistentvolumeclaims: "3" });
  const aClaim = (name: string, storage: string) => ({
    metadata: { name },
    spec: {
      storageClassName: "fast",
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage } },
    },
  });
  assert.equal(await create(world, `${room}/persistentvolumeclaims`, aClaim("a", "1Gi")), "created");
  assert.match(
    await create(world, `${room}/persistentvolumeclaims`, aClaim("b", "2Gi")),
    /requested: fast\.storageclass\.storage\.k8s\.io\/requests\.storage=2Gi, used: .*=1Gi, limited: .*=2Gi$/,
  );
  assert.deepEqual(await usedOf(world), {
    "requests.storage": "1Gi",
    [ofClass]: "1Gi",
    persistentvolumeclaims: "1",
  });
});

test("scopes choose the pods that a quota is about", async () => {
  const world = await anApi();
  await withQuota(world, { pods: "0" }, { scopes: ["BestEffort"] }, "best-effort");
  await withQuota(world, { pods: "0" }, { scopes: ["Terminating"] }, "terminating");
  const selector = { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["high"] }] };
  await withQuota(world, { pods: "0" }, { scopeSelector: selector }, "high");
  await world.ask("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", {
    body: { metadata: { name: "high" }, value: 10 },
  });
  const some = withResources({ cpu: "1m" });
  assert.equal(await create(world, pods, aPod("plain", some)), "created");
  assert.match(await create(world, pods, aPod("a")), /exceeded quota: best-effort/);
  const ending = { spec: { ...some.spec, activeDeadlineSeconds: 60 } };
  assert.match(await create(world, pods, aPod("b", ending)), /exceeded quota: terminating/);
  const high = { spec: { ...some.spec, priorityClassName: "high" } };
  assert.match(await create(world, pods, aPod("c", high)), /exceeded quota: high/);
  assert.equal(await create(world, `${room}/configmaps`, aConfigMap("a")), "created");
});

test("a dry run is checked and charged nothing", async () => {
  const world = await anApi();
  await withQuota(world, { pods: "1" });
  assert.equal(await create(world, `${pods}?dryRun=All`, aPod("a")), "created");
  assert.deepEqual(await usedOf(world), { pods: "0" });
  assert.equal(await create(world, pods, aPod("a")), "created");
  assert.match(await create(world, `${pods}?dryRun=All`, aPod("b")), /exceeded quota/);
});

test("all quotas of a namespace count, and a refused pod is charged to none", async () => {
  const world = await anApi();
  await withQuota(world, { pods: "5" }, {}, "a");
  await withQuota(world, { pods: "0" }, {}, "b");
  assert.match(await create(world, pods, aPod("a")), /exceeded quota: b/);
  assert.deepEqual(await usedOf(world, "a"), { pods: "0" });
});

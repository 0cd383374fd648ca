/** Manifests of old, as books of 2019 have them: what they become, and how they look on the paths of then. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { anApi, type World } from "../../api/testing/world.ts";
import { makeKindTable } from "../kind-table.ts";
import { kinds, servedKinds, servedWith } from "../index.ts";
import { fromStored, toStored } from "../versions.ts";
import type { Fields } from "./fields.ts";
import { legacyRows } from "./index.ts";
import { legacyTable } from "./table.ts";

const labels = { app: "web" };
const container = { name: "web", image: "host/python3" };
const template = { metadata: { labels }, spec: { containers: [container] } };

const asked = async ({ ask }: World, method: string, path: string, body?: object, contentType?: string) => {
  const options = {
    ...(body === undefined ? {} : { body }),
    ...(contentType === undefined ? {} : { contentType }),
  };
  const { status, headers, json } = await ask(method, path, options);
  return {
    status,
    warning: String(headers["warning"]),
    object: json as unknown as Fields & { readonly spec: Fields },
  };
};

/** Creates on an old path and reads on today's. */
async function moved(old: string, now: string, body: object, scope = "/namespaces/default") {
  const world = await anApi();
  const [oldPath, nowPath] = [old, now].map((path) => path.replace("/*", scope));
  const made = await asked(world, "POST", oldPath ?? "", { metadata: { name: "web" }, ...body });
  assert.equal(made.status, 201, JSON.stringify(made.object));
  const { object } = await asked(world, "GET", `${nowPath ?? ""}/web`);
  const again = await asked(world, "GET", `${oldPath ?? ""}/web`);
  return { world, made, stored: object, again, path: `${oldPath ?? ""}/web` };
}

test("extensions/v1beta1 Deployment: selector and labels of the template, one by one, for ever", async () => {
  const body = { spec: { rollbackTo: { revision: 1 }, template } };
  const { made, stored, again, world, path } = await moved(
    "/apis/extensions/v1beta1/*/deployments",
    "/apis/apps/v1/*/deployments",
    body,
  );
  assert.equal(
    made.warning,
    '299 - "extensions/v1beta1 Deployment is deprecated in v1.8+, unavailable in v1.16+; use apps/v1 Deployment"',
  );
  const { selector, strategy, progressDeadlineSeconds, revisionHistoryLimit } = stored.spec;
  assert.deepEqual(
    { selector, strategy, progressDeadlineSeconds, revisionHistoryLimit },
    {
      selector: { matchLabels: labels },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
      progressDeadlineSeconds: 2_147_483_647,
      revisionHistoryLimit: 2_147_483_647,
    },
  );
  assert.equal("rollbackTo" in stored.spec, false);
  assert.equal(again.object["apiVersion"], "extensions/v1beta1");
  assert.deepEqual((again.object["metadata"] as Fields)["labels"], labels);
  const patched = await asked(
    world,
    "PATCH",
    path,
    { spec: { replicas: 3 } },
    "application/strategic-merge-patch+json",
  );
  assert.deepEqual(
    [patched.status, patched.object["apiVersion"], patched.object.spec["replicas"]],
    [200, "extensions/v1beta1", 3],
  );
  const scaled = await asked(
    world,
    "PATCH",
    `${path}/scale`,
    { spec: { replicas: 2 } },
    "application/merge-patch+json",
  );
  assert.deepEqual(
    [scaled.status, scaled.object["apiVersion"], scaled.object.spec["replicas"]],
    [200, "autoscaling/v1", 2],
  );
});

test("apps/v1beta1: two revisions of a Deployment, a StatefulSet that waits for deletions", async () => {
  const deployment = await moved("/apis/apps/v1beta1/*/deployments", "/apis/apps/v1/*/deployments", {
    spec: { template },
  });
  assert.equal(deployment.stored.spec["revisionHistoryLimit"], 2);
  assert.equal(deployment.stored.spec["progressDeadlineSeconds"], 600);
  const set = await moved("/apis/apps/v1beta1/*/statefulsets", "/apis/apps/v1/*/statefulsets", {
    spec: { serviceName: "web", template },
  });
  assert.deepEqual(set.stored.spec["updateStrategy"], { type: "OnDelete" });
  assert.deepEqual(set.stored.spec["selector"], { matchLabels: labels });
});

test("apps/v1beta2: a selector has to be said, as today", async () => {
  const world = await anApi();
  const path = "/apis/apps/v1beta2/namespaces/default/deployments";
  const refused = await asked(world, "POST", path, { metadata: { name: "web" }, spec: { template } });
  assert.equal(refused.status, 422);
  const spec = { selector: { matchLabels: labels }, template };
  assert.equal((await asked(world, "POST", path, { metadata: { name: "web" }, spec })).status, 201);
});

test("extensions/v1beta1 DaemonSet: the count of its templates is a field", async () => {
  const { stored, again, world, path } = await moved(
    "/apis/extensions/v1beta1/*/daemonsets",
    "/apis/apps/v1/*/daemonsets",
    { spec: { templateGeneration: 4, template } },
  );
  const annotation = "deprecated.daemonset.template.generation";
  const annotations = (stored["metadata"] as Fields)["annotations"] as Fields;
  assert.equal(annotations[annotation], "4");
  assert.deepEqual(stored.spec["updateStrategy"], { type: "OnDelete" });
  assert.equal(again.object.spec["templateGeneration"], 4);
  assert.equal("annotations" in (again.object["metadata"] as Fields), false);
  const change = { spec: { template: { spec: { hostNetwork: true } } } };
  const patched = await asked(world, "PATCH", path, change, "application/merge-patch+json");
  assert.equal(patched.object.spec["templateGeneration"], 5);
});

test("Ingress: services and ports side by side, in both old groups", async () => {
  const spec = {
    backend: { serviceName: "fallback", servicePort: "http" },
    rules: [
      {
        host: "a.example",
        http: { paths: [{ path: "/", backend: { serviceName: "web", servicePort: 80 } }] },
      },
    ],
  };
  for (const group of ["extensions", "networking.k8s.io"]) {
    const { stored, again, world, path } = await moved(
      `/apis/${group}/v1beta1/*/ingresses`,
      "/apis/networking.k8s.io/v1/*/ingresses",
      { spec },
    );
    assert.deepEqual(stored.spec, {
      defaultBackend: { service: { name: "fallback", port: { name: "http" } } },
      rules: [
        {
          host: "a.example",
          http: {
            paths: [
              {
                path: "/",
                pathType: "ImplementationSpecific",
                backend: { service: { name: "web", port: { number: 80 } } },
              },
            ],
          },
        },
      ],
    });
    assert.deepEqual(again.object.spec["backend"], spec.backend);
    const patch = { spec: { backend: { serviceName: "other" } } };
    const patched = await asked(world, "PATCH", path, patch, "application/merge-patch+json");
    assert.deepEqual(patched.object.spec["backend"], { serviceName: "other", servicePort: "http" });
    assert.equal(patched.warning.includes(`${group}/v1beta1 Ingress is deprecated in v1.`), true);
  }
});

test("fields of today are unknown to the versions of then, and those of then are known", async () => {
  const { ask } = await anApi();
  const ingress = "/apis/networking.k8s.io/v1beta1/namespaces/default/ingresses?fieldValidation=Strict";
  const backend = { serviceName: "web", servicePort: 80 };
  const body = (spec: object) => ({ body: { metadata: { name: "web" }, spec } });
  const refused = await ask("POST", ingress, body({ defaultBackend: {}, rules: [] }));
  assert.equal(refused.status, 400);
  assert.match(refused.json.message, /strict decoding error: unknown field "spec.defaultBackend"/);
  assert.equal((await ask("POST", ingress, body({ backend }))).status, 201);
  const deployment = "/apis/extensions/v1beta1/namespaces/default/deployments?fieldValidation=Strict";
  assert.equal((await ask("POST", deployment, body({ template, selecter: {} }))).status, 400);
  assert.equal((await ask("POST", deployment, body({ template, rollbackTo: {} }))).status, 201);
});

test("autoscaling/v2beta1: flat metrics; v2beta2: as today", async () => {
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
  const flat = [
    { type: "Resource", resource: { name: "cpu", targetAverageUtilization: 50 } },
    { type: "Pods", pods: { metricName: "hits", targetAverageValue: "1k" } },
  ];
  const now = "/apis/autoscaling/v2/*/horizontalpodautoscalers";
  const first = await moved("/apis/autoscaling/v2beta1/*/horizontalpodautoscalers", now, {
    spec: { scaleTargetRef, maxReplicas: 3, metrics: flat },
  });
  assert.deepEqual(first.stored.spec["metrics"], [
    { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } },
    {
      type: "Pods",
      pods: { metric: { name: "hits" }, target: { type: "AverageValue", averageValue: "1k" } },
    },
  ]);
  assert.deepEqual(first.again.object.spec["metrics"], flat);
  const metrics = [
    { type: "Resource", resource: { name: "memory", target: { type: "AverageValue", averageValue: "1Gi" } } },
  ];
  const second = await moved("/apis/autoscaling/v2beta2/*/horizontalpodautoscalers", now, {
    spec: { scaleTargetRef, maxReplicas: 3, metrics, behavior: { scaleDown: { selectPolicy: "Disabled" } } },
  });
  assert.deepEqual(second.again.object.spec["metrics"], metrics);
  const { world } = second;
  const shown = await asked(
    world,
    "GET",
    "/apis/autoscaling/v2beta1/namespaces/default/horizontalpodautoscalers/web",
  );
  assert.equal("behavior" in shown.object.spec, false);
  const { annotations } = shown.object["metadata"] as { readonly annotations: Fields };
  assert.match(String(annotations["autoscaling.alpha.kubernetes.io/behavior"]), /"SelectPolicy":"Disabled"/);
});

test("policy/v1beta1: an empty selector speaks of no pod", async () => {
  const none = {
    matchExpressions: [
      { key: "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match", operator: "Exists" },
    ],
  };
  const { stored, again, world, path } = await moved(
    "/apis/policy/v1beta1/*/poddisruptionbudgets",
    "/apis/policy/v1/*/poddisruptionbudgets",
    { spec: { minAvailable: 1, selector: {} } },
  );
  assert.deepEqual(stored.spec["selector"], none);
  assert.deepEqual(again.object.spec["selector"], {});
  const now = path.replace("v1beta1", "v1");
  await asked(world, "PATCH", now, { spec: { selector: null } }, "application/merge-patch+json");
  await asked(world, "PATCH", now, { spec: { selector: {} } }, "application/merge-patch+json");
  const { object } = await asked(world, "GET", path);
  const [expression] = (object.spec["selector"] as { readonly matchExpressions: readonly Fields[] })
    .matchExpressions;
  assert.equal(expression?.["operator"], "DoesNotExist");
});

test("kinds whose words have not changed only change their version", async () => {
  const plain: readonly (readonly [string, string, object, string?])[] = [
    [
      "/apis/batch/v1beta1/*/cronjobs",
      "/apis/batch/v1/*/cronjobs",
      {
        spec: {
          schedule: "@daily",
          jobTemplate: { spec: { template: { spec: { containers: [container], restartPolicy: "Never" } } } },
        },
      },
    ],
    [
      "/apis/rbac.authorization.k8s.io/v1beta1/*/roles",
      "/apis/rbac.authorization.k8s.io/v1/*/roles",
      { rules: [] },
    ],
    [
      "/apis/scheduling.k8s.io/v1beta1/*/priorityclasses",
      "/apis/scheduling.k8s.io/v1/*/priorityclasses",
      { value: 5 },
      "",
    ],
    [
      "/apis/coordination.k8s.io/v1beta1/*/leases",
      "/apis/coordination.k8s.io/v1/*/leases",
      { spec: { holderIdentity: "a" } },
    ],
    ["/apis/extensions/v1beta1/*/replicasets", "/apis/apps/v1/*/replicasets", { spec: { template } }],
    [
      "/apis/extensions/v1beta1/*/networkpolicies",
      "/apis/networking.k8s.io/v1/*/networkpolicies",
      { spec: { podSelector: {} } },
    ],
  ];
  for (const [old, now, body, scope] of plain) {
    const { stored, again } = await moved(old, now, body, scope);
    const { apiVersion, ...rest } = again.object;
    assert.equal(`/apis/${String(apiVersion)}`, old.split("/*")[0]);
    assert.deepEqual(
      rest,
      Object.fromEntries(Object.entries(stored).filter(([name]) => name !== "apiVersion")),
    );
  }
});

test("lists, tables and watches on an old path show the old shape", async () => {
  const { world } = await moved("/apis/extensions/v1beta1/*/deployments", "/apis/apps/v1/*/deployments", {
    spec: { template },
  });
  const path = "/apis/extensions/v1beta1/namespaces/default/deployments";
  const list = (await world.ask("GET", path)).json;
  assert.equal(list.kind, "DeploymentList");
  const [item] = list.items as unknown as readonly Fields[];
  assert.equal(item?.["apiVersion"], "extensions/v1beta1");
  const accept = "application/json;as=Table;g=meta.k8s.io;v=v1";
  const [row] = (await world.ask("GET", path, { accept })).json.rows;
  assert.deepEqual(row?.cells.slice(0, 5), ["web", "0/1", 0, 0, "0s"]);
  const watched = await world.send("GET", `${path}?watch=true&timeoutSeconds=1`);
  assert.equal(watched.status, 200);
});

test("old versions are served but hidden, unless they are announced or refused", async () => {
  const { ask } = await anApi();
  const { resources } = JSON.parse((await ask("GET", "/apis/extensions/v1beta1")).text) as {
    readonly resources: readonly { readonly name: string; readonly verbs: readonly string[] }[];
  };
  assert.deepEqual(resources.find(({ name }) => name === "deployments")?.verbs, []);
  assert.equal((await ask("GET", "/apis/extensions/v1beta1/deployments")).status, 200);
  const announced = servedWith("announced").filter(({ group }) => group === "extensions");
  assert.deepEqual(
    announced.map(({ isHidden, categories }) => [isHidden, categories]),
    announced.map(() => [false, []]),
  );
  assert.ok(announced.length > 0);
  const table = makeKindTable(servedWith("refused"));
  assert.equal(table.byResource("extensions", "v1beta1", "deployments"), undefined);
  assert.deepEqual(table.stored(), kinds);
  assert.deepEqual(legacyRows([], "announced"), []);
});

test("every line of the table names a kind once", () => {
  const names = legacyTable.flatMap(({ was, kinds: own }) => own.map((kind) => `${was} ${kind}`));
  assert.deepEqual(
    names.filter((name, i) => names.indexOf(name) !== i),
    [],
  );
});

/** Objects with all that a conversion changes, as they are stored. */
const stored: Readonly<Record<string, object>> = {
  "apps/v1 DaemonSet": {
    metadata: {
      name: "a",
      labels,
      annotations: { "deprecated.daemonset.template.generation": "3", mine: "b" },
    },
    spec: { selector: { matchLabels: labels }, template, updateStrategy: { type: "RollingUpdate" } },
  },
  "apps/v1 Deployment": {
    metadata: { name: "a", labels: { own: "b" } },
    spec: {
      selector: { matchLabels: labels },
      template,
      progressDeadlineSeconds: 9,
      revisionHistoryLimit: 1,
      strategy: { type: "Recreate" },
    },
  },
  "apps/v1 ReplicaSet": {
    metadata: { name: "a", labels },
    spec: { selector: { matchLabels: labels }, template },
  },
  "apps/v1 StatefulSet": {
    metadata: { name: "a", labels },
    spec: {
      selector: { matchLabels: labels },
      template,
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1 } },
    },
  },
  "networking.k8s.io/v1 Ingress": {
    metadata: { name: "a" },
    spec: {
      defaultBackend: { resource: { kind: "Bucket", name: "b" } },
      rules: [
        { host: "b" },
        {
          http: {
            paths: [
              { pathType: "Exact", path: "/", backend: { service: { name: "s", port: { name: "p" } } } },
            ],
          },
        },
      ],
    },
  },
  "discovery.k8s.io/v1 EndpointSlice": {
    metadata: { name: "a" },
    addressType: "IPv4",
    endpoints: [
      { addresses: ["10.0.0.1"], nodeName: "n", zone: "z", deprecatedTopology: { rack: "1" } },
      { addresses: ["10.0.0.2"] },
    ],
  },
  "certificates.k8s.io/v1 CertificateSigningRequest": {
    metadata: { name: "a" },
    spec: { signerName: "a.b/c", usages: ["client auth"], request: "" },
    status: { conditions: [{ type: "Approved", status: "True" }] },
  },
  "v1 Event": {
    metadata: { name: "a" },
    involvedObject: { kind: "Pod", name: "b" },
    source: { component: "c" },
    count: 2,
  },
  "policy/v1 PodDisruptionBudget": { metadata: { name: "a" }, spec: { selector: {}, maxUnavailable: 1 } },
  "apiextensions.k8s.io/v1 CustomResourceDefinition": {
    metadata: { name: "as.b.c" },
    spec: {
      group: "b.c",
      scope: "Namespaced",
      names: { plural: "as", kind: "A" },
      conversion: {
        strategy: "Webhook",
        webhook: { clientConfig: { url: "https://b.c" }, conversionReviewVersions: ["v1"] },
      },
      versions: ["v1", "v2"].map((name) => ({
        name,
        served: true,
        storage: name === "v1",
        schema: { openAPIV3Schema: { type: "object", properties: { [name]: { type: "string" } } } },
        subresources: { status: {} },
        additionalPrinterColumns: [{ name: "X", type: "string", jsonPath: ".spec.x" }],
      })),
    },
  },
};

test("what is read and written in an old version stays what it was", async (t) => {
  for (const row of legacyRows(servedKinds, "hidden")) {
    const { storedAs, group, version, kind } = row;
    const today = storedAs?.kind;
    const apiVersion =
      today === undefined ? "" : today.group === "" ? today.version : `${today.group}/${today.version}`;
    const sample = stored[`${apiVersion} ${kind}`] ?? { metadata: { name: "a" }, spec: {} };
    await t.test(`${group}/${version} ${kind}`, () => {
      const object = { apiVersion, kind, ...sample };
      const shown = fromStored(row, object as never);
      assert.equal(shown.apiVersion, `${group}/${version}`);
      const back = toStored(row, shown);
      for (const [name, value] of Object.entries(object))
        assert.deepEqual(back[name as keyof typeof back], value);
      assert.deepEqual(fromStored(row, back), shown);
    });
  }
});

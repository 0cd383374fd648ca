import assert from "node:assert/strict";
import { test } from "node:test";
import { apiVersionOf, servedKinds as kinds } from "../kinds/index.ts";
import { makeApi } from "./api.ts";
import { anApi } from "./testing/world.ts";

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
  readonly singularName: string;
}
interface AggregatedResource {
  readonly resource: string;
  readonly singularResource: string;
  readonly scope: string;
  readonly subresources?: readonly {
    readonly subresource: string;
    readonly responseKind: { readonly group: string; readonly kind: string };
    readonly verbs: readonly string[];
  }[];
}
interface Group {
  readonly metadata: { readonly name?: string };
  readonly versions: readonly {
    readonly version: string;
    readonly resources: readonly AggregatedResource[];
  }[];
}

const aggregatedType = (version: string) =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;

/** T: what the test expects there. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- one cast, named once
async function read<T>(path: string, accept = "application/json, */*") {
  const { ask } = await anApi();
  const { status, headers, text } = await ask("GET", path, { accept });
  assert.equal(status, 200, path);
  return { type: headers["content-type"], body: JSON.parse(text) as T };
}

test("lists every kind once in the legacy documents", async () => {
  const groups = await read<{ groups: readonly { versions: readonly { groupVersion: string }[] }[] }>(
    "/apis",
  );
  const paths = groups.body.groups.flatMap(({ versions }) =>
    versions.map(({ groupVersion }) => `/apis/${groupVersion}`),
  );
  const found: string[] = [];
  for (const path of ["/api/v1", ...paths]) {
    const { body } = await read<{ resources: readonly Resource[] }>(path);
    found.push(...body.resources.filter(({ name }) => !name.includes("/")).map(({ kind }) => kind));
    for (const { name, singularName } of body.resources)
      assert.equal(singularName === "", name.includes("/"), name);
  }
  assert.deepEqual(found.sort(), kinds.map(({ kind }) => kind).sort());
});

test("names the groups of evictions and scales: kubectl drain and scale look for them", async () => {
  const core = await read<{ resources: readonly Resource[] }>("/api/v1");
  const { group, version, kind, verbs } =
    core.body.resources.find(({ name }) => name === "pods/eviction") ?? assert.fail();
  assert.deepEqual([group, version, kind, verbs], ["policy", "v1", "Eviction", ["create"]]);
  const apps = await read<{ resources: readonly Resource[] }>("/apis/apps/v1");
  const scale = apps.body.resources.find(({ name }) => name === "deployments/scale") ?? assert.fail();
  assert.deepEqual([scale.group, scale.version, scale.kind], ["autoscaling", "v1", "Scale"]);
});

for (const version of ["v2", "v2beta1"]) {
  test(`answers aggregated discovery ${version} with exactly the type that clients look for`, async () => {
    const accept = `${aggregatedType(version)},application/json`;
    const core = await read<{ apiVersion: string; items: readonly Group[] }>("/api", accept);
    const named = await read<{ items: readonly Group[] }>("/apis", accept);
    assert.equal(core.type, aggregatedType(version));
    assert.equal(core.body.apiVersion, `apidiscovery.k8s.io/${version}`);
    const resources = [...core.body.items, ...named.body.items].flatMap(({ versions }) =>
      versions.flatMap(({ resources }) => resources),
    );
    assert.deepEqual(
      resources.map(({ resource }) => resource).sort(),
      kinds.map(({ plural }) => plural).sort(),
    );
    for (const { singularResource } of resources) assert.notEqual(singularResource, "");
    const pods = resources.find(({ resource }) => resource === "pods")?.subresources ?? [];
    assert.deepEqual(
      pods.map(({ subresource }) => subresource),
      [
        "binding",
        "eviction",
        "exec",
        "attach",
        "portforward",
        "ephemeralcontainers",
        "resize",
        "proxy",
        "log",
        "status",
      ],
      "only what works is announced",
    );
    assert.deepEqual(
      pods.find(({ subresource }) => subresource === "eviction")?.responseKind.group,
      "policy",
    );
  });
}

test("prefers the first form of discovery that a client names and we know", async () => {
  const accept = `${aggregatedType("v9")},${aggregatedType("v2beta1")},application/json`;
  assert.equal((await read("/api", accept)).type, aggregatedType("v2beta1"));
  assert.equal((await read("/api", "application/json")).type, "application/json");
});

test("serves an OpenAPI document for every group and version, and says that it may be kept", async () => {
  const { ask } = await anApi();
  const { paths } = (await ask("GET", "/openapi/v3")).json as unknown as {
    paths: Record<string, { serverRelativeURL: string }>;
  };
  const served = kinds.map((kind) =>
    kind.group === "" ? `api/${kind.version}` : `apis/${apiVersionOf(kind)}`,
  );
  assert.deepEqual(Object.keys(paths).sort(), [...new Set(served)].sort());
  for (const { serverRelativeURL } of Object.values(paths)) {
    const { status, headers, text } = await ask("GET", serverRelativeURL);
    assert.equal(status, 200);
    assert.match(String(headers["cache-control"]), /immutable/);
    assert.match(text, /^\{"openapi":"3\.0\.0"/);
  }
});

test("is not ready before it has read the store", async () => {
  const { ask, ports } = await anApi();
  assert.deepEqual([(await ask("GET", "/readyz")).text, (await ask("GET", "/readyz")).status], ["ok", 200]);
  const never = { ...ports.cache, synced: new Promise<void>(() => undefined) };
  const young = makeApi({ ...ports, cache: never });
  const response = await young.handle({
    method: "GET",
    path: "/readyz",
    query: new URLSearchParams("verbose"),
    headers: {},
    user: undefined,
    body: new Uint8Array(),
  });
  assert.equal(response.status, 503);
  assert.ok("body" in response && /\[-\]cache failed/.test(new TextDecoder().decode(response.body)));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { NodeMetrics, PodMetrics } from "@kubus/shared/api/metrics.ts";
import { channelsOn } from "@kubus/shared/bus/bus-channel.ts";
import type { Channel } from "@kubus/shared/bus/channel.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import type { UsageReport } from "@kubus/shared/bus/usage.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { apiLimits } from "../limits.ts";
import { anApi, aPod, type World } from "../testing/world.ts";

const metrics = "/apis/metrics.k8s.io/v1beta1";
const at = Date.UTC(2026, 0, 1, 12, 0, 30);

interface List<T> {
  readonly kind: string;
  readonly metadata: object;
  readonly items: readonly T[];
}
const read = async <T>({ ask }: World, path: string): Promise<T> =>
  (await ask("GET", `${metrics}/${path}`)).json as unknown as T;
const names = async (world: World, path: string) =>
  (await read<List<NodeMetrics>>(world, path)).items.map(({ metadata }) => metadata.name);

/** A board in the API; with `report` its agent answers. */
async function aBoard(
  world: World,
  name: string,
  { isReady = true, answer }: { isReady?: boolean; answer?: (channel: Channel) => void } = {},
) {
  const labels = { shelf: name };
  await world.ask("POST", "/api/v1/nodes", {
    body: { apiVersion: "v1", kind: "Node", metadata: { name, labels } },
  });
  const conditions = [{ type: "Ready", status: isReady ? "True" : "Unknown" }];
  const { status } = await world.ask("PATCH", `/api/v1/nodes/${name}/status`, {
    body: { status: { conditions } },
    contentType: "application/merge-patch+json",
  });
  assert.equal(status, 200);
  let asked = 0;
  const agent = channelsOn(world.network.connect(name), { clock: world.clock });
  agent.accept(subjectOf("usage", name), (_, channel) => {
    asked += 1;
    answer?.(channel);
  });
  return { asked: () => asked };
}

const says = (report: UsageReport | string) => (channel: Channel) => {
  const text = typeof report === "string" ? report : JSON.stringify(report);
  void channel.write(new TextEncoder().encode(text)).then(() => channel.end());
};

const node = { at, windowMs: 10_000, cpuNanocores: 250_000_000, memoryBytes: 64 * 1024 ** 2 };

async function aRunningPod({ ask, api }: World, name: string, over: { board?: string; phase?: string } = {}) {
  const { board = "board-1", phase = "Running" } = over;
  const labels = { app: name };
  const pods = "/api/v1/namespaces/default/pods";
  const { json } = await ask("POST", pods, { body: aPod(name, { metadata: { labels } }) });
  const { uid } = json.metadata;
  await api.objectsAs("test").bind({ namespace: "default", name, uid }, board);
  await ask("PATCH", `${pods}/${name}/status`, {
    body: { status: { phase } },
    contentType: "application/merge-patch+json",
  });
  return uid;
}

const usageOf = (uid: string, name: string) => ({
  namespace: "default",
  name,
  uid,
  at,
  windowMs: 15_003,
  containers: [
    { name: "main", cpuNanocores: 1_234_567, memoryBytes: 10 * 1024 },
    { name: "side", cpuNanocores: 1_000_000, memoryBytes: 2 * 1024 },
  ],
});

test("tells what a node uses, with its labels", async () => {
  const world = await anApi();
  await aBoard(world, "board-1", { answer: says({ node, pods: [] }) });
  assert.deepEqual(await read(world, "nodes/board-1"), {
    kind: "NodeMetrics",
    apiVersion: "metrics.k8s.io/v1beta1",
    metadata: {
      name: "board-1",
      creationTimestamp: timestamp(world.clock.now()),
      labels: { shelf: "board-1" },
    },
    timestamp: "2026-01-01T12:00:30Z",
    window: "10s",
    usage: { cpu: "250m", memory: "64Mi" },
  });
});

test("lists nodes that tell, by labels and name; others are absent and not found", async () => {
  const world = await anApi();
  const answer = says({ node, pods: [] });
  await aBoard(world, "board-1", { answer });
  await aBoard(world, "board-2", { answer });
  const silent = await aBoard(world, "board-3", { isReady: false, answer });
  await aBoard(world, "board-4", { answer: says('{"pods":[{"uid":7}]}') });
  await aBoard(world, "board-5", { answer: says({ pods: [] }) });
  const list = await read<List<NodeMetrics>>(world, "nodes");
  assert.equal(list.kind, "NodeMetricsList");
  assert.deepEqual(
    list.items.map(({ metadata }) => metadata.name),
    ["board-1", "board-2"],
  );
  assert.deepEqual(await names(world, "nodes?labelSelector=shelf%3Dboard-2"), ["board-2"]);
  assert.deepEqual(await names(world, "nodes?fieldSelector=metadata.name%3Dboard-1"), ["board-1"]);
  assert.equal(silent.asked(), 0);
  for (const name of ["board-3", "board-4", "board-5"]) {
    const { json } = await world.ask("GET", `${metrics}/nodes/${name}`);
    assert.deepEqual(
      [json.code, json.message, json.details],
      [
        404,
        `nodemetrics.metrics.k8s.io "${name}" not found`,
        { name, group: "metrics.k8s.io", kind: "nodemetrics" },
      ],
    );
  }
  assert.equal((await world.ask("GET", `${metrics}/nodes/nobody`)).json.message, 'nodes "nobody" not found');
});

test("tells what the containers of a pod use", async () => {
  const world = await anApi();
  const uid = await aRunningPod(world, "web");
  await aBoard(world, "board-1", { answer: says({ pods: [usageOf(uid, "web")] }) });
  assert.deepEqual(await read<PodMetrics>(world, "namespaces/default/pods/web"), {
    kind: "PodMetrics",
    apiVersion: "metrics.k8s.io/v1beta1",
    metadata: {
      name: "web",
      namespace: "default",
      creationTimestamp: timestamp(world.clock.now()),
      labels: { app: "web" },
    },
    timestamp: "2026-01-01T12:00:30Z",
    window: "15.003s",
    containers: [
      { name: "main", usage: { cpu: "1234567n", memory: "10Ki" } },
      { name: "side", usage: { cpu: "1m", memory: "2Ki" } },
    ],
  });
});

test("lists pods that run and were measured, where they were asked for", async () => {
  const world = await anApi();
  const uids = {
    web: await aRunningPod(world, "web"),
    db: await aRunningPod(world, "db"),
    done: await aRunningPod(world, "done", { phase: "Succeeded" }),
    young: await aRunningPod(world, "young"),
    // Its board is another one than the one that tells of it.
    alien: await aRunningPod(world, "alien", { board: "board-2" }),
  };
  const { web, db, done, alien } = uids;
  const told = Object.entries({ web, db, done, alien }).map(([name, uid]) => usageOf(uid, name));
  await aBoard(world, "board-1", { answer: says({ pods: [...told, usageOf("of-old", "young")] }) });
  await aBoard(world, "board-2", { answer: says({ pods: [] }) });
  assert.deepEqual(await names(world, "pods"), ["db", "web"]);
  assert.deepEqual(await names(world, "namespaces/default/pods"), ["db", "web"]);
  assert.deepEqual(await names(world, "namespaces/other/pods"), []);
  assert.deepEqual(await names(world, "pods?labelSelector=app%21%3Dweb"), ["db"]);
  assert.deepEqual(await names(world, "pods?fieldSelector=metadata.name%3Dweb"), ["web"]);
  for (const name of ["done", "young", "alien"]) {
    const { json } = await world.ask("GET", `${metrics}/namespaces/default/pods/${name}`);
    assert.deepEqual(
      [json.code, json.message],
      [404, `podmetrics.metrics.k8s.io "default/${name}" not found`],
    );
  }
  const { json } = await world.ask("GET", `${metrics}/namespaces/default/pods/nobody`);
  assert.equal(json.message, 'pods "nobody" not found');
});

test("asks a board once for all who want to know within a few seconds", async () => {
  const world = await anApi();
  const uid = await aRunningPod(world, "web");
  const board = await aBoard(world, "board-1", { answer: says({ node, pods: [usageOf(uid, "web")] }) });
  await Promise.all([names(world, "pods"), names(world, "nodes"), read(world, "nodes/board-1")]);
  await world.clock.advance(apiLimits.usageFreshMs - 1);
  await names(world, "nodes");
  assert.equal(board.asked(), 1);
  await world.clock.advance(1);
  assert.deepEqual(await names(world, "nodes"), ["board-1"]);
  assert.equal(board.asked(), 2);
});

test("waits for a board that hangs no longer than its limit", async () => {
  const world = await anApi();
  await aBoard(world, "board-1", { answer: says({ node, pods: [] }) });
  await aBoard(world, "board-2");
  let found: readonly string[] | undefined;
  void names(world, "nodes").then((all) => (found = all));
  await world.clock.advance(apiLimits.usageAnswerMs - 1);
  await settle();
  assert.equal(found, undefined);
  await world.clock.advance(1);
  await settle();
  assert.deepEqual(found, ["board-1"]);
});

test("leaves a board alone that never stops telling", async () => {
  const world = await anApi();
  let end: string | undefined;
  await aBoard(world, "board-1", {
    answer: (channel) => {
      void channel.closed.then(({ reason }) => (end = reason));
      const more = (): Promise<void> => channel.write(new Uint8Array(64 * 1024)).then(more);
      void more().catch(() => undefined); // It was cut off: as wanted.
    },
  });
  assert.deepEqual(await names(world, "nodes"), []);
  await settle();
  assert.match(end ?? "", /of no use/);
});

test("prints usage in tables, and speaks JSON with those who would rather have protobuf", async () => {
  const world = await anApi();
  const uid = await aRunningPod(world, "web");
  await aBoard(world, "board-1", { answer: says({ node, pods: [usageOf(uid, "web")] }) });
  const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
  const table = async (path: string) => {
    const { json } = await world.ask("GET", `${metrics}/${path}`, { accept });
    return [json.columnDefinitions.map(({ name }) => name), json.rows.map(({ cells }) => cells)];
  };
  const columns = ["Name", "cpu", "memory", "Window"];
  assert.deepEqual(await table("nodes"), [columns, [["board-1", "250m", "64Mi", "10s"]]]);
  assert.deepEqual(await table("pods"), [columns, [["web", "2234567n", "12Ki", "15.003s"]]]);
  const { status, headers, json } = await world.ask("GET", `${metrics}/nodes`, {
    accept: "application/vnd.kubernetes.protobuf, */*",
  });
  assert.deepEqual(
    [status, headers["content-type"], json.kind],
    [200, "application/json", "NodeMetricsList"],
  );
});

test("can be read and nothing else; the core group's pods and nodes stay what they are", async () => {
  const world = await anApi();
  const pods = `${metrics}/namespaces/default/pods`;
  const asked: readonly (readonly [string, string])[] = [
    ["GET", `${metrics}/pods?watch=true`],
    ["POST", pods],
    ["DELETE", `${pods}/web`],
    ["DELETE", pods],
    ["PUT", `${metrics}/nodes/board-1`],
  ];
  for (const [method, path] of asked)
    assert.equal((await world.ask(method, path)).status, 405, `${method} ${path}`);
  assert.equal((await world.ask("GET", "/api/v1/pods")).json.kind, "PodList");

  const { json } = await world.ask("GET", metrics);
  const { resources } = json as unknown as { readonly resources: readonly object[] };
  assert.deepEqual(resources, [
    {
      name: "nodes",
      singularName: "nodemetrics",
      namespaced: false,
      kind: "NodeMetrics",
      verbs: ["get", "list"],
    },
    {
      name: "pods",
      singularName: "podmetrics",
      namespaced: true,
      kind: "PodMetrics",
      verbs: ["get", "list"],
    },
  ]);
  const groups = (await world.ask("GET", "/apis")).json as unknown as {
    readonly groups: readonly { readonly name: string }[];
  };
  // Behind it are only the groups of long ago.
  const ofToday = groups.groups.map(({ name }) => name).filter((name) => name !== "extensions");
  assert.equal(ofToday.at(-1), "metrics.k8s.io");
});

test("is for those who may read it: not for boards", async () => {
  const world = await anApi();
  const user = { name: "system:node:board-1", groups: ["system:nodes", "system:authenticated"] };
  for (const path of ["nodes", "nodes/board-1", "pods", "namespaces/default/pods/web"])
    assert.equal((await world.ask("GET", `${metrics}/${path}`, { user })).status, 403, path);
});

test("its OpenAPI document names no type that it does not hold", async () => {
  const { ask } = await anApi();
  const { text, json } = await ask("GET", "/openapi/v3/apis/metrics.k8s.io/v1beta1");
  const { components } = json as unknown as { readonly components: { readonly schemas: object } };
  const named = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name = ""]) => name);
  const held = new Set(Object.keys(components.schemas));
  assert.ok(held.has("io.k8s.metrics.pkg.apis.metrics.v1beta1.NodeMetricsList"));
  assert.deepEqual(
    named.filter((name) => !held.has(name)),
    [],
  );
});

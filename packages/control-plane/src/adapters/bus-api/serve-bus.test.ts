import assert from "node:assert/strict";
import { test } from "node:test";
import {
  answerTooLarge,
  decodeReply,
  encodeCall,
  type ApiCall,
  type ApiReply,
} from "@kubus/shared/bus/api-call.ts";
import { channelsOn } from "@kubus/shared/bus/bus-channel.ts";
import type { Channel } from "@kubus/shared/bus/channel.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { aConfigMap, anApi, aPod, type Seen } from "../../api/testing/world.ts";
import { serveBus } from "./serve-bus.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const json = ({ body }: ApiReply) => JSON.parse(text(body)) as Seen;
const pods = "/api/v1/namespaces/default/pods";

async function aBoard(node = "board-1") {
  const world = await anApi();
  const door = serveBus(world.api, world.bus, world.channels);
  const bus = world.network.connect(node);
  const channels = channelsOn(bus, { clock: world.clock });
  const call = async (request: ApiCall) =>
    decodeReply(await bus.request(subjectOf("api", node), encodeCall(request), { timeoutMs: 1_000 }));
  const patch = (path: string, body: object) =>
    call({
      method: "PATCH",
      path,
      contentType: "application/merge-patch+json",
      body: Buffer.from(JSON.stringify(body)),
    });
  const create = (path: string, body: object) =>
    call({ method: "POST", path, body: Buffer.from(JSON.stringify(body)) });
  const open = (request: ApiCall) =>
    channels.open({
      subject: subjectOf("apiChannel", node),
      prefix: subjectOf("channel", node),
      opening: encodeCall(request),
      timeoutMs: 1_000,
    });
  const podOn = async (name: string, nodeName: string, more: object = {}) => {
    const { json: pod } = await world.ask("POST", pods, { body: aPod(name, more) });
    await world.api.objectsAs("test").bind({ namespace: "default", name, uid: pod.metadata.uid }, nodeName);
    return pod;
  };
  return { ...world, bus, call, create, door, open, patch, podOn };
}

async function all(channel: Channel): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of channel.incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test("lets a board register itself and write its own status, and nobody else's", async () => {
  const { create, patch, call } = await aBoard();
  const node = (name: string) => ({ apiVersion: "v1", kind: "Node", metadata: { name } });
  assert.equal((await create("/api/v1/nodes", node("board-1"))).status, 201);
  const other = await create("/api/v1/nodes", node("board-2"));
  assert.equal(other.status, 403);
  assert.match(json(other).message, /node "board-1" is not allowed to modify node "board-2"/);
  assert.equal(
    (await patch("/api/v1/nodes/board-1/status", { status: { capacity: { cpu: "4" } } })).status,
    200,
  );
  assert.equal((await patch("/api/v1/nodes/board-2/status", { status: {} })).status, 403);
  assert.equal((await call({ method: "GET", path: "/api/v1/nodes" })).status, 200);
});

test("keeps a board's hands off taints and reserved labels", async () => {
  const { create, patch } = await aBoard();
  await create("/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name: "board-1" } });
  const taint = await patch("/api/v1/nodes/board-1", {
    spec: { taints: [{ key: "a", effect: "NoSchedule" }] },
  });
  assert.match(json(taint).message, /is not allowed to modify taints/);
  const label = await patch("/api/v1/nodes/board-1", {
    metadata: { labels: { "node-restriction.kubernetes.io/a": "b" } },
  });
  assert.equal(label.status, 403);
  assert.equal((await patch("/api/v1/nodes/board-1", { metadata: { labels: { model: "pi" } } })).status, 200);
});

test("shows a board its own pods only", async () => {
  const { call, podOn } = await aBoard();
  await podOn("mine", "board-1");
  await podOn("theirs", "board-2");
  const own = await call({ method: "GET", path: "/api/v1/pods?fieldSelector=spec.nodeName%3Dboard-1" });
  assert.deepEqual(
    json(own).items.map(({ metadata }) => metadata.name),
    ["mine"],
  );
  const trick = encodeURIComponent("metadata.name!=a\\,spec.nodeName=board-1");
  for (const path of [
    "/api/v1/pods",
    "/api/v1/pods?fieldSelector=spec.nodeName%3Dboard-2",
    "/api/v1/pods?fieldSelector=spec.nodeName!%3Dboard-1",
    `/api/v1/pods?fieldSelector=${trick}`,
    `${pods}/theirs`,
  ])
    assert.equal((await call({ method: "GET", path })).status, 403, path);
  assert.equal((await call({ method: "GET", path: `${pods}/mine` })).status, 200);
  assert.equal((await call({ method: "GET", path: `${pods}/none` })).status, 404);
});

test("lets a board write the status of its own pods and confirm their end", async () => {
  const { call, patch, podOn } = await aBoard();
  const { metadata } = await podOn("mine", "board-1");
  await podOn("theirs", "board-2");
  assert.equal((await patch(`${pods}/mine/status`, { status: { phase: "Running" } })).status, 200);
  assert.equal((await patch(`${pods}/theirs/status`, { status: { phase: "Failed" } })).status, 403);
  assert.equal((await patch(`${pods}/mine`, { metadata: { labels: { a: "b" } } })).status, 403);
  const options = { gracePeriodSeconds: 0, preconditions: { uid: metadata.uid } };
  const remove = (name: string) =>
    call({ method: "DELETE", path: `${pods}/${name}`, body: Buffer.from(JSON.stringify(options)) });
  assert.deepEqual([(await remove("mine")).status, (await remove("theirs")).status], [200, 403]);
});

test("gives a board the secrets that its pods refer to, and no others", async () => {
  const { ask, call, podOn } = await aBoard();
  const secrets = "/api/v1/namespaces/default/secrets";
  for (const name of ["used", "mounted", "other"])
    await ask("POST", secrets, { body: { apiVersion: "v1", kind: "Secret", metadata: { name } } });
  const env = [{ name: "A", valueFrom: { secretKeyRef: { name: "used", key: "a" } } }];
  const volumes = [{ name: "v", secret: { secretName: "mounted" } }];
  await podOn("mine", "board-1", {
    spec: { containers: [{ name: "main", image: "host/sleep", env }], volumes },
  });
  const statuses = await Promise.all(
    ["/used", "/mounted", "/other", "", "?fieldSelector=metadata.name%3Dused"].map(
      async (path) => (await call({ method: "GET", path: `${secrets}${path}` })).status,
    ),
  );
  assert.deepEqual(statuses, [200, 200, 403, 403, 200]);
  assert.equal(
    (await call({ method: "GET", path: "/api/v1/namespaces/kube-system/secrets/used" })).status,
    403,
  );
});

test("lets a board write events and its lease", async () => {
  const { create, call } = await aBoard();
  const event = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "e" },
    involvedObject: { kind: "Pod", namespace: "default", name: "a" },
  };
  assert.equal((await create("/api/v1/namespaces/default/events", event)).status, 201);
  assert.equal((await call({ method: "GET", path: "/api/v1/namespaces/default/events" })).status, 403);
  const leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
  const lease = (name: string) => ({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name },
    spec: {},
  });
  assert.equal((await create(leases, lease("board-1"))).status, 201);
  assert.equal((await create(leases, lease("board-2"))).status, 403);
});

test("sends what does not fit one message through a channel", async () => {
  const { ask, call, open, podOn } = await aBoard();
  const args = ["x".repeat(600_000)];
  for (const name of ["a", "b"])
    await podOn(name, "board-1", { spec: { containers: [{ name: "main", image: "host/sleep", args }] } });
  const request: ApiCall = { method: "GET", path: "/api/v1/pods?fieldSelector=spec.nodeName%3Dboard-1" };
  assert.equal((await call(request)).status, answerTooLarge);
  const channel = await open(request);
  await channel.end();
  const reply = decodeReply(await all(channel));
  assert.deepEqual([reply.status, json(reply).items.length], [200, 2]);
  assert.equal((await ask("GET", pods)).status, 200);
});

test("carries a watch on a channel until the board leaves", async () => {
  const { ask, open, podOn, call } = await aBoard();
  const path = "/api/v1/pods?watch=true&fieldSelector=spec.nodeName%3Dboard-1";
  assert.equal((await call({ method: "GET", path })).status, answerTooLarge);
  const channel = await open({ method: "GET", path });
  let received = "";
  const reading = (async () => {
    for await (const chunk of channel.incoming) received += text(chunk);
  })().catch(() => undefined);
  await podOn("a", "board-1");
  await settle();
  const [head = "", event = ""] = received.split("\n");
  assert.deepEqual(JSON.parse(head), { status: 200, contentType: "application/json" });
  assert.match(event, /^\{"type":"ADDED","object":\{.*"name":"a"/);
  channel.reset("enough");
  await reading;
  await settle();
  assert.match(
    (await ask("GET", "/metrics")).text,
    /apiserver_longrunning_requests\{verb="watch",resource="pods",subresource=""\} 0/,
  );
});

test("answers a refused watch with its status", async () => {
  const { open } = await aBoard();
  const channel = await open({ method: "GET", path: "/api/v1/secrets?watch=true" });
  assert.equal(decodeReply(await all(channel)).status, 403);
});

test("answers nonsense with a Status", async () => {
  const { bus } = await aBoard();
  const answer = await bus.request(subjectOf("api", "board-1"), new Uint8Array([1, 2, 3]), {
    timeoutMs: 1_000,
  });
  assert.equal(decodeReply(answer).status, 400);
});

test("gives each request to one of several servers", async () => {
  const { api, network, create, call, ask } = await aBoard();
  const second = network.connect("server-2");
  serveBus(api, second, channelsOn(second));
  for (let i = 0; i < 10; i += 1)
    assert.equal(
      (
        await create("/api/v1/namespaces/default/events", {
          apiVersion: "v1",
          kind: "Event",
          metadata: { name: `e${i}` },
          involvedObject: { kind: "Pod", namespace: "default", name: "a" },
        })
      ).status,
      201,
    );
  assert.equal((await call({ method: "GET", path: "/api/v1/nodes" })).status, 200);
  assert.equal(
    (await ask("POST", "/api/v1/namespaces/default/configmaps", { body: aConfigMap("a") })).status,
    201,
  );
});

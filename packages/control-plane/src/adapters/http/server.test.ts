import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createConnection } from "node:net";
import { Agent, request } from "node:https";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { WebSocket } from "ws";
import { silentLog } from "@kubus/shared/log/log.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import { until } from "@kubus/shared/testing/until.ts";
import { podKind } from "../../kinds/index.ts";
import type { User } from "../../api/request.ts";
import { serveHttps } from "./server.ts";
import { anAuthority } from "./testing/certificates.ts";
import { anHttpsApi, type HttpAnswer } from "./testing/https-world.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const json = ({ body }: HttpAnswer) => JSON.parse(body.toString()) as Record<string, unknown>;
const aConfigMap = (name: string, value = "v") =>
  JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { key: value } });

test("knows clients by their certificates, and nobody without one", async (t) => {
  const { ask, authority } = await anHttpsApi(t);
  const jane = await authority.issue({ name: "jane", groups: ["developers"] });
  const late = await authority.issue({ name: "late", groups: ["system:masters"], validHours: -1 });
  const other = await anAuthority("another-ca");
  const stranger = await other.issue({ name: "mallory", groups: ["system:masters"] });
  assert.equal((await ask("GET", configMaps)).status, 200);
  const refused = await ask("GET", configMaps, { as: jane });
  assert.equal(refused.status, 403);
  assert.match(String(json(refused)["message"]), /User "jane" cannot list resource "configmaps"/);
  for (const as of [late, stranger]) assert.equal((await ask("GET", configMaps, { as })).status, 401);
  const nobody = await ask("GET", configMaps, { as: undefined });
  assert.equal(nobody.status, 403);
  assert.match(String(json(nobody)["message"]), /User "system:anonymous" cannot list resource "configmaps"/);
  const authorization = "Bearer nothing";
  assert.equal((await ask("GET", "/healthz", { as: undefined, headers: { authorization } })).status, 401);
  for (const path of ["/healthz", "/livez", "/readyz"])
    assert.equal((await ask("GET", path, { as: undefined })).status, 200);
});

test("knows a client also when its TLS session is resumed", async (t) => {
  const { ask } = await anHttpsApi(t);
  const agent = new Agent({ keepAlive: false, maxCachedSessions: 10 });
  const answers = [await ask("GET", configMaps, { agent }), await ask("GET", configMaps, { agent })];
  assert.deepEqual(
    answers.map(({ status, isResumed }) => [status, isResumed]),
    [
      [200, false],
      [200, true],
    ],
  );
});

test("refuses a body of 10 MB with 413, and its sender gets to read that", async (t) => {
  const { ask } = await anHttpsApi(t);
  const headers = { "content-type": "application/json" };
  const answer = await ask("POST", configMaps, { headers, body: Buffer.alloc(10 * 1024 * 1024, 32) });
  assert.equal(answer.status, 413);
  assert.deepEqual(
    [json(answer)["reason"], json(answer)["message"]],
    ["RequestEntityTooLarge", "Request entity too large: limit is 3145728"],
  );
  assert.equal((await ask("GET", "/healthz")).status, 200);
});

test("refuses an object that the store cannot hold", async (t) => {
  const { ask } = await anHttpsApi(t);
  const headers = { "content-type": "application/json" };
  const containers = [{ name: "main", image: "host/true", args: ["x".repeat(2_000_000)] }];
  const body = JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "big" },
    spec: { containers },
  });
  const answer = await ask("POST", "/api/v1/namespaces/default/pods", { headers, body });
  assert.equal(answer.status, 413);
});

test("survives a body that ends too early", async (t) => {
  const { ask, admin, tls } = await anHttpsApi(t);
  const headers = { "content-type": "application/json", "content-length": "1000" };
  const outgoing = request({
    ...tls,
    cert: admin.certificate,
    key: admin.key,
    agent: false,
    method: "POST",
    path: configMaps,
    headers,
  });
  const failed = new Promise((resolve) => outgoing.on("error", resolve));
  outgoing.write('{"kind":');
  setImmediate(() => outgoing.destroy());
  await failed;
  const list = json(await ask("GET", configMaps));
  assert.deepEqual(list["items"], []);
});

test("survives what is not TLS", async (t) => {
  const { ask, server } = await anHttpsApi(t);
  const socket = createConnection(server.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.end("GET / HTTP/1.1\r\n\r\n");
  await new Promise((resolve) => socket.on("close", resolve));
  assert.equal((await ask("GET", "/healthz")).status, 200);
});

test("compresses large answers for those who ask for it", async (t) => {
  const { ask } = await anHttpsApi(t);
  const headers = { "content-type": "application/json" };
  await ask("POST", configMaps, { headers, body: aConfigMap("big", "x".repeat(200_000)) });
  const zipped = await ask("GET", configMaps, { headers: { "accept-encoding": "gzip" } });
  assert.equal(zipped.headers["content-encoding"], "gzip");
  assert.ok(zipped.body.length < 10_000);
  assert.match(gunzipSync(zipped.body).toString(), /ConfigMapList/);
  assert.equal((await ask("GET", configMaps)).headers["content-encoding"], undefined);
  const small = await ask("GET", "/version", { headers: { "accept-encoding": "gzip" } });
  assert.equal(small.headers["content-encoding"], undefined);
});

test("streams a watch line by line and ends it with the server", async (t) => {
  const { ask, admin, tls, server } = await anHttpsApi(t);
  const lines: string[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    const outgoing = request(
      { ...tls, cert: admin.certificate, key: admin.key, agent: false, path: `${configMaps}?watch=true` },
      (incoming) => {
        incoming.on("data", (chunk: Buffer) => lines.push(chunk.toString()));
        incoming.on("close", resolve);
        incoming.on("error", () => undefined);
      },
    );
    outgoing.on("error", reject);
    outgoing.end();
  });
  await ask("POST", configMaps, { headers: { "content-type": "application/json" }, body: aConfigMap("a") });
  await until("the event arrives", () => lines.join("").includes('{"type":"ADDED"'));
  await server.close();
  await ended;
});

test("breaks off a log that broke, and lives on", async (t) => {
  const { api, ask, connect } = await anHttpsApi(t);
  connect("board-1").channels.accept(subjectOf("podLog", "board-1"), async (_, channel) => {
    await channel.write(Buffer.from("one\n"));
    channel.reset("the disk is gone");
  });
  const pods = podKind;
  const objects = api.objectsAs("test");
  const spec = { containers: [{ name: "main", image: "host/sleep" }] };
  const { metadata } = await objects.create(pods, {
    metadata: { namespace: "default", name: "web" },
    ...{ spec },
  });
  await objects.bind({ namespace: "default", name: "web", uid: metadata.uid }, "board-1");
  await assert.rejects(ask("GET", "/api/v1/namespaces/default/pods/web/log"), /aborted|hang up|ECONNRESET/);
  assert.equal((await ask("GET", "/healthz")).status, 200);
});

test("cuts off a watch whose reader does not keep up", async (t) => {
  const { ask, admin, tls } = await anHttpsApi(t);
  const path = `${configMaps}?watch=true`;
  const outgoing = request({ ...tls, cert: admin.certificate, key: admin.key, agent: false, path });
  const opened = once(outgoing, "response") as Promise<[IncomingMessage]>;
  outgoing.end();
  const [incoming] = await opened;
  const broken = once(incoming, "error") as Promise<[Error]>;
  const isCut = async () =>
    (await ask("GET", "/metrics")).body
      .toString()
      .includes('longrunning_requests{verb="watch",resource="configmaps",subresource=""} 0');
  const headers = { "content-type": "application/json" };
  const value = "x".repeat(900_000);
  await ask("POST", configMaps, { headers, body: aConfigMap("a") });
  await until("the server gives up", async () => {
    await ask("PUT", `${configMaps}/a`, { headers, body: aConfigMap("a", `${value}${Math.random()}`) });
    return isCut();
  });
  // Nothing was read so far: now the reader finds out.
  incoming.resume();
  assert.match((await broken)[0].message, /aborted/);
});

test("answers HEAD without a body", async (t) => {
  const { ask } = await anHttpsApi(t);
  const { status, body } = await ask("HEAD", configMaps);
  assert.deepEqual([status, body.length], [200, 0]);
});

test("gives a path of another part to its handler, with the user", async (t) => {
  const users: User[] = [];
  const { admin, authority, tls } = await anHttpsApi(t, {
    upgrades: {
      "/kubus/v1/feed": (socket, user) => {
        users.push(user);
        socket.send("hello");
      },
    },
  });
  const url = `wss://127.0.0.1:${tls.port}/kubus/v1/feed`;
  const open = (pair: { certificate: string; key: string } | undefined) =>
    new Promise<string>((resolve) => {
      const options = pair === undefined ? {} : { cert: pair.certificate, key: pair.key };
      const socket = new WebSocket(url, { ca: tls.ca, ...options });
      socket.on("message", (data: Buffer) => {
        resolve(data.toString());
        socket.terminate();
      });
      socket.on("unexpected-response", (_, { statusCode }) => resolve(String(statusCode)));
      socket.on("error", () => undefined);
    });
  const jane = await authority.issue({ name: "jane" });
  assert.deepEqual([await open(admin), await open(jane), await open(undefined)], ["hello", "403", "403"]);
  assert.deepEqual(
    users.map(({ name }) => name),
    ["kubernetes-admin"],
  );
});

test("says that a port is taken", async (t) => {
  const { api, authority, admin, server } = await anHttpsApi(t);
  const where = { host: "127.0.0.1", port: server.port };
  const again = serveHttps(api, { ...where, ...admin, clientCa: authority.certificate, log: silentLog });
  await assert.rejects(again, /EADDRINUSE/);
});

test("refuses compressed bodies and too many headers before it looks into them", async (t) => {
  const { ask } = await anHttpsApi(t);
  const headers = { "content-type": "application/json", "content-encoding": "gzip" };
  const bomb = await ask("POST", configMaps, { headers, body: gzipSync(Buffer.alloc(1024 * 1024)) });
  assert.deepEqual([bomb.status, json(bomb)["reason"]], [415, "UnsupportedMediaType"]);
  const fits = await ask("GET", configMaps, { headers: { "x-long": "x".repeat(40 * 1024) } });
  assert.equal(fits.status, 200);
  // The server hangs up in the middle; whether the client still gets to read the 431 is the network's matter.
  const endless = await ask("GET", configMaps, { headers: { "x-endless": "x".repeat(80 * 1024) } }).then(
    ({ status }) => status,
    (error: unknown) => (error as NodeJS.ErrnoException).code,
  );
  assert.ok([431, "ECONNRESET", "EPIPE"].includes(endless ?? ""), String(endless));
});

test("ends watches cleanly when it stops", async (t) => {
  const { admin, tls, server } = await anHttpsApi(t);
  const path = `${configMaps}?watch=true`;
  const outgoing = request({ ...tls, cert: admin.certificate, key: admin.key, agent: false, path });
  const opened = once(outgoing, "response") as Promise<[IncomingMessage]>;
  outgoing.end();
  const [incoming] = await opened;
  incoming.resume();
  const ended = once(incoming, "end");
  await server.close();
  await ended;
  assert.equal(incoming.complete, true);
});

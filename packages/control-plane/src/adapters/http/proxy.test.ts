import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { connect as connectTls } from "node:tls";
import { test, type TestContext } from "node:test";
import { byteStreamOf } from "@kubus/shared/adapters/byte-stream.ts";
import { joinStreams } from "@kubus/shared/bus/byte-stream.ts";
import type { PodConnectRequest } from "@kubus/shared/bus/pod-streams.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import { podKind } from "../../kinds/index.ts";
import { anHttpsApi } from "./testing/https-world.ts";

/** A pod whose board leads every connection to a server of this test. */
async function aWorld(t: TestContext) {
  const world = await anHttpsApi(t);
  const seen: IncomingMessage[] = [];
  const asked: PodConnectRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    seen.push(incoming);
    if (incoming.url === "/moved") outgoing.writeHead(302, { location: "/here" }).end();
    else if (incoming.url === "/cut") outgoing.destroy();
    else {
      outgoing.writeHead(200, { "content-type": "text/plain", "x-two": ["a", "b"] });
      incoming.pipe(outgoing);
    }
  });
  server.on("upgrade", (incoming, socket, head) => {
    seen.push(incoming);
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    socket.write(head);
    socket.pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  world
    .connect("board-1")
    .channels.accept(subjectOf("podConnect", "board-1"), async ({ payload }, channel) => {
      const wanted = JSON.parse(new TextDecoder().decode(payload)) as PodConnectRequest;
      asked.push(wanted);
      if (wanted.port === 81) throw new Error("dial tcp 10.0.0.1:81: connect: connection refused");
      const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
      socket.on("error", () => undefined);
      await joinStreams(byteStreamOf(socket, socket), channel);
    });
  const objects = world.api.objectsAs("test");
  const spec = { containers: [{ name: "main", image: "host/sleep", ports: [{ containerPort: 8080 }] }] };
  const { metadata } = await objects.create(podKind, {
    metadata: { namespace: "default", name: "web" },
    ...{ spec },
  });
  await objects.bind({ namespace: "default", name: "web", uid: metadata.uid }, "board-1");
  const target = { namespace: "default", name: "web" };
  await objects.patch(podKind, target, { status: { podIP: "10.0.0.1" } }, "status");
  return { ...world, seen, asked, prefix: "/api/v1/namespaces/default/pods" };
}

test("leads any request on, with its body, and its answer back", async (t) => {
  const { ask, seen, asked, prefix } = await aWorld(t);
  const body = "x".repeat(5_000_000);
  const headers = { "x-mine": "1" };
  const answer = await ask("PUT", `${prefix}/web:9090/proxy/a%2Fb//c?q=1&q=2`, { body, headers });
  assert.equal(answer.status, 200);
  assert.equal(answer.body.length, body.length);
  assert.deepEqual(answer.headers["x-two"], "a, b");
  const [request] = seen;
  assert.ok(request !== undefined);
  assert.equal(request.url, "/a%2Fb//c?q=1&q=2");
  assert.deepEqual([request.method, request.headers["x-mine"]], ["PUT", "1"]);
  assert.equal(request.headers["x-forwarded-uri"], `${prefix}/web:9090/proxy/a%2Fb//c`);
  assert.deepEqual(
    asked.map(({ port, via }) => [port, via]),
    [[9090, "address"]],
  );
});

test("finds the first port, and the root of the server", async (t) => {
  const { ask, asked, seen, prefix } = await aWorld(t);
  const bare = await ask("GET", `${prefix}/web/proxy?a=1`);
  assert.deepEqual([bare.status, bare.headers.location], [301, `${prefix}/web/proxy/?a=1`]);
  assert.equal((await ask("GET", `${prefix}/web/proxy/`)).status, 200);
  assert.deepEqual([asked[0]?.port, seen[0]?.url], [8080, "/"]);
});

test("rewrites redirects", async (t) => {
  const { ask, prefix } = await aWorld(t);
  const { status, headers } = await ask("GET", `${prefix}/web/proxy/moved`);
  assert.deepEqual([status, headers.location], [302, `${prefix}/web/proxy/here`]);
});

test("says why there is no answer", async (t) => {
  const { ask, prefix } = await aWorld(t);
  const refused = await ask("GET", `${prefix}/web:81/proxy/`);
  assert.equal(refused.status, 503);
  assert.match(
    refused.body.toString(),
    /error trying to reach service: dial tcp 10.0.0.1:81: connect: connection refused/,
  );
  assert.equal((await ask("GET", `${prefix}/web/proxy/cut`)).status, 503);
  assert.equal((await ask("GET", `${prefix}/none/proxy/`)).status, 404);
  assert.equal((await ask("GET", `${prefix}/ftp:web:80/proxy/`)).status, 400);
  assert.equal((await ask("GET", `${prefix}/web/proxy/`, { as: undefined })).status, 403);
});

test("leads upgrades on, and whatever is said after them", async (t) => {
  const { tls, admin, prefix, seen } = await aWorld(t);
  const socket = connectTls({ ...tls, cert: admin.certificate, key: admin.key });
  await once(socket, "secureConnect");
  const headers = "Connection: Upgrade\r\nUpgrade: echo\r\nAuthorization: Bearer secret";
  socket.write(`GET ${prefix}/web/proxy/talk HTTP/1.1\r\nHost: api\r\n${headers}\r\n\r\nhello`);
  let text = "";
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    text += chunk.toString();
    if (text.endsWith("hello")) socket.write("bye");
    if (text.endsWith("bye")) break;
  }
  assert.match(text, /^HTTP\/1.1 101 /);
  assert.deepEqual([seen[0]?.url, seen[0]?.headers.authorization], ["/talk", undefined]);
});

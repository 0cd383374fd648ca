import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { WebSocketServer } from "ws";
import { until } from "@kubus/shared/testing/until.ts";
import { feedSource } from "./feed-source.ts";

const unauthenticated = { ca: "", certificate: "", key: "" };
const never = new AbortController().signal;

/** A control plane's feed without TLS, which says hello and what it hears. */
async function aServer(context: TestContext, options: { readonly autoPong?: boolean } = {}) {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, path: "/kubus/v1/feed", ...options });
  const heard: string[] = [];
  server.on("connection", (socket) => {
    socket.send("hello");
    socket.on("message", (data) => heard.push((data as Buffer).toString()));
  });
  await once(server, "listening");
  context.after(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard, server };
}

/** An address where nobody listens. */
async function nobody(): Promise<string> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

test("hears and is heard", async (context) => {
  const { origin, heard } = await aServer(context);
  const texts: string[] = [];
  const source = feedSource({ ...unauthenticated, servers: () => [origin] });
  const connection = await source.connect((text) => texts.push(text), never);
  connection.send("please");
  await until("both heard", () => texts.length === 1 && heard.length === 1);
  assert.deepEqual([texts, heard], [["hello"], ["please"]]);
  connection.close();
  assert.match(await connection.closed, /^The feed ended/);
});

test("tries another server each time, and says so when none is known", async (context) => {
  const { origin } = await aServer(context);
  const servers = [await nobody(), origin];
  const source = feedSource({ ...unauthenticated, servers: () => servers });
  await assert.rejects(
    source.connect(() => undefined, never),
    /ECONNREFUSED/,
  );
  const connection = await source.connect(() => undefined, never);
  connection.close();
  servers.length = 0;
  await assert.rejects(
    source.connect(() => undefined, never),
    /No control plane is known/,
  );
});

test("notices a server that fell silent although nobody closed the connection", async (context) => {
  const { origin, server } = await aServer(context, { autoPong: false });
  const source = feedSource({ ...unauthenticated, servers: () => [origin], silenceMaxMs: 90 });
  const connection = await source.connect(() => undefined, never);
  assert.match(await connection.closed, /1006/);
  await until("the server sees it too", () => server.clients.size === 0);
});

test("gives up at once when nobody waits any longer", async (context) => {
  const { origin, server } = await aServer(context);
  const controller = new AbortController();
  const source = feedSource({ ...unauthenticated, servers: () => [origin] });
  const opening = source.connect(() => undefined, controller.signal);
  controller.abort();
  await assert.rejects(opening, /Nobody waits/);
  await until("no connection is left", () => server.clients.size === 0);
});

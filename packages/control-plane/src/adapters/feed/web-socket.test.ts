import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { until } from "@kubus/shared/testing/until.ts";
import { feedSocketOn } from "./web-socket.ts";

async function aPair(context: TestContext) {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const page = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [[socket]] = (await Promise.all([once(server, "connection"), once(page, "open")])) as [
    [WebSocket],
    unknown,
  ];
  context.after(() => {
    page.terminate();
    server.close();
  });
  const heard: string[] = [];
  const feed = feedSocketOn(socket);
  feed.onMessage((text) => heard.push(text));
  let closed = 0;
  feed.onClose(() => (closed += 1));
  return { page, feed, heard, closed: () => closed };
}

test("passes text both ways, and no binary", async (context) => {
  const { page, feed, heard } = await aPair(context);
  const received = once(page, "message");
  feed.send("snapshot");
  assert.equal(String((await received)[0]), "snapshot");
  page.send(Buffer.from("binary"));
  page.send("request");
  await until("the request arrives", () => heard.length > 0);
  assert.deepEqual(heard, ["request"]);
});

test("shows how much a page that does not read has not taken, and forgets it when it does", async (context) => {
  const { page, feed } = await aPair(context);
  page.pause();
  const chunk = "x".repeat(1024 * 1024);
  for (let i = 0; i < 32; i += 1) feed.send(chunk);
  assert.ok(feed.bufferedAmount() > chunk.length);
  page.resume();
  await until("all is taken", () => feed.bufferedAmount() === 0);
});

test("tells once that the page left, also when it broke off", async (context) => {
  const { page, feed, closed } = await aPair(context);
  page.terminate();
  await until("the end is seen", () => closed() > 0);
  feed.send("too late");
  feed.close();
  assert.equal(closed(), 1);
});

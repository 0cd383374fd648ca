import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { answerTooLarge, decodeCall, encodeReply, type ApiReply } from "@kubus/shared/bus/api-call.ts";
import { channelsOn } from "@kubus/shared/bus/bus-channel.ts";
import { memoryBus } from "@kubus/shared/bus/memory-bus.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import { isRefusal, Refusal, statusOf } from "@kubus/shared/errors/codes.ts";
import { isTrouble } from "@kubus/shared/errors/trouble.ts";
import { busApi } from "./bus-api.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const json = (status: number, body: unknown): ApiReply => ({
  status,
  contentType: "application/json",
  body: bytes(JSON.stringify(body)),
});

/** A server that answers as told, and an agent's client. */
function aWorld(answer: (what: string, body: unknown) => ApiReply) {
  const network = memoryBus();
  const [server, agent] = [network.connect("server"), network.connect("board-1")];
  const serverChannels = channelsOn(server);
  server.subscribe(subjectOf("api", "*"), (message) => {
    const { method, path, body, contentType = "" } = decodeCall(message.payload);
    const text = new TextDecoder().decode(body);
    message.respond(encodeReply(answer(`${method} ${path} ${contentType}`.trim(), text && JSON.parse(text))));
  });
  return { api: busApi(agent, channelsOn(agent), "board-1"), serverChannels, network };
}

const lineOf = (value: unknown) => `${JSON.stringify(value)}\n`;
const head = lineOf({ status: 200, contentType: "application/json" });

test("speaks the verbs with their content types", async () => {
  const asked: unknown[] = [];
  const { api } = aWorld((what, body) => {
    asked.push([what, body]);
    return json(200, { metadata: { name: "web" } });
  });
  await api.get("/a");
  await api.create("/b", { x: 1 });
  await api.patch("/c", { x: null }, "merge");
  await api.patch("/d", {}, "strategic");
  await api.delete("/e", { gracePeriodSeconds: 0 });
  assert.deepEqual(asked, [
    ["GET /a", ""],
    ["POST /b application/json", { x: 1 }],
    ["PATCH /c application/merge-patch+json", { x: null }],
    ["PATCH /d application/strategic-merge-patch+json", {}],
    ["DELETE /e application/json", { gracePeriodSeconds: 0 }],
  ]);
});

test("turns statuses into refusals, also bare ones", async () => {
  const refused = new Refusal("conflict", "somebody was faster", { name: "web" });
  const answers = [json(409, statusOf(refused)), { ...json(404, ""), body: bytes("<html>") }, json(507, {})];
  const { api } = aWorld(() => answers.shift() ?? json(200, {}));
  await assert.rejects(
    api.get("/a"),
    (error) => isRefusal(error, "conflict") && error.details?.name === "web",
  );
  await assert.rejects(api.get("/a"), (error) => isRefusal(error, "notFound"));
  await assert.rejects(api.get("/a"), (error) => isRefusal(error, "internal"));
});

test("a server that is away is trouble, not a refusal", async () => {
  const { api, network } = aWorld(() => json(200, {}));
  network.cut("board-1", "noticed");
  await assert.rejects(api.get("/a"), (error) => isTrouble(error, "disconnected"));
});

test("asks through a channel for an answer that is too large for a message", async () => {
  const items = Array.from({ length: 40_000 }, (_, i) => ({ name: `pod-${i}-${"x".repeat(40)}` }));
  const { api, serverChannels } = aWorld(() => json(answerTooLarge, {}));
  serverChannels.accept(subjectOf("apiChannel", "*"), async ({ payload }, channel) => {
    assert.equal(decodeCall(payload).path, "/api/v1/pods");
    await channel.write(bytes(head));
    await channel.write(bytes(JSON.stringify({ metadata: { resourceVersion: "7" }, items })));
    await channel.end();
  });
  const list = await api.list("/api/v1/pods");
  assert.equal(list.metadata.resourceVersion, "7");
  assert.deepEqual(list.items, items);
});

test("watches through a channel, however the bytes are cut, and leaves when it is told to", async () => {
  const { api, serverChannels } = aWorld(() => json(200, {}));
  const closed = Promise.withResolvers<string | undefined>();
  serverChannels.accept(subjectOf("apiChannel", "*"), async ({ payload }, channel) => {
    assert.match(decodeCall(payload).path, /^\/api\/v1\/pods\?watch=true&.*resourceVersion=5$/);
    void channel.closed.then(({ reason }) => closed.resolve(reason));
    const all = bytes(
      head + lineOf({ type: "ADDED", object: { x: "zwölf" } }) + lineOf({ type: "DELETED", object: {} }),
    );
    for (let at = 0; at < all.length; at += 7) await channel.write(all.slice(at, at + 7));
  });
  const leaving = new AbortController();
  const seen: string[] = [];
  for await (const event of api.watch<KubeObject>("/api/v1/pods", "5", leaving.signal)) {
    seen.push(JSON.stringify(event));
    if (seen.length === 2) break;
  }
  assert.deepEqual(seen, ['{"type":"ADDED","object":{"x":"zwölf"}}', '{"type":"DELETED","object":{}}']);
  assert.match((await closed.promise) ?? "", /no longer wanted/);
});

test("a watch that is refused says why", async () => {
  const { api, serverChannels } = aWorld(() => json(200, {}));
  serverChannels.accept(subjectOf("apiChannel", "*"), async (_, channel) => {
    const body = statusOf(new Refusal("expired", "too old"));
    await channel.write(
      bytes(lineOf({ status: 410, contentType: "application/json" }) + JSON.stringify(body)),
    );
    await channel.end();
  });
  const watching = api.watch("/api/v1/pods", "1", new AbortController().signal)[Symbol.asyncIterator]();
  await assert.rejects(watching.next(), (error) => isRefusal(error, "expired"));
});

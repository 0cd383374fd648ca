/** Who gets in at the dashboard's socket: over real HTTP and real WebSockets, without a browser. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { after, before, describe, test } from "node:test";
import { startDashboard, type Dashboard } from "@kubus/dashboard/server/compose.ts";
import type { FeedMessage } from "@kubus/shared/feed/messages.ts";
import { silentLog } from "@kubus/shared/log/log.ts";
import { until } from "@kubus/shared/testing/until.ts";
import { aNode, FakeCables, FakeFeed } from "./scene.ts";

const token = "a-token-of-sixteen-or-more";

describe("the dashboard's socket", () => {
  let dashboard: Dashboard;
  const feed = new FakeFeed();
  const cables = new FakeCables(["board-1"]);
  before(async () => {
    feed.put("ADDED", aNode("board-1"));
    dashboard = await start({ port: 0 });
  });
  after(() => dashboard.close());

  const start = (options: { port: number; token?: string; withCables?: boolean }) =>
    startDashboard({
      host: "127.0.0.1",
      port: options.port,
      token: options.token ?? token,
      source: feed,
      log: silentLog,
      page: new Map([["/index.html", { contentType: "text/html", body: Buffer.from("<p>kubus</p>") }]]),
      ...(options.withCables === false ? {} : { cables }),
    });

  const get = async (path: string, headers: Record<string, string> = {}, method = "GET") => {
    const request = httpRequest({ host: "127.0.0.1", port: dashboard.port, path, method, headers }).end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return {
      status: response.statusCode,
      headers: response.headers,
      text: (await response.toArray()).join(""),
    };
  };

  /** The status of a WebSocket opening: 101 when it was let in. */
  const open = async (path: string, headers: Record<string, string> = {}) => {
    const upgrade = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": Buffer.alloc(16).toString("base64"),
    };
    const request = httpRequest({
      host: "127.0.0.1",
      port: dashboard.port,
      path,
      headers: { ...upgrade, ...headers },
    });
    const statuses = new Promise<number>((resolve, reject) => {
      request.on("response", (response) => resolve(response.statusCode ?? 0));
      request.on("upgrade", (_, socket) => {
        socket.destroy();
        resolve(101);
      });
      request.on("error", reject);
    });
    request.end();
    return statuses;
  };

  test("gives the page to whoever has the token, and a cookie for its reload", async () => {
    const first = await get(`/?token=${token}`);
    assert.equal(first.status, 200);
    const cookie = first.headers["set-cookie"]?.[0] ?? "";
    assert.match(cookie, /; HttpOnly; SameSite=Strict; Path=\/$/);
    assert.equal((await get("/", { cookie: cookie.split(";")[0] ?? "" })).status, 200);
    assert.match(
      String(first.headers["content-security-policy"]),
      /default-src 'none'.*frame-ancestors 'none'/,
    );
    assert.equal(first.headers["referrer-policy"], "no-referrer");
  });

  test("tells whoever has none where it is to be found", async () => {
    const { status, text } = await get("/");
    assert.equal(status, 401);
    assert.match(text, /kubus status/);
    assert.equal((await get("/?token=wrong")).status, 401);
  });

  test("serves nothing but its own files, and only to be read", async () => {
    assert.equal((await get(`/../../etc/passwd?token=${token}`)).status, 404);
    assert.equal((await get(`/nothing?token=${token}`)).status, 404);
    assert.equal((await get(`/?token=${token}`, {}, "POST")).status, 405);
  });

  test("lets nobody open the WebSocket without token, from a foreign page, or under a foreign name", async () => {
    const host = `127.0.0.1:${dashboard.port}`;
    assert.equal(await open(`/feed?token=${token}`, { origin: `http://${host}` }), 101);
    assert.equal(await open("/feed"), 401);
    assert.equal(await open("/feed?token=wrong"), 401);
    assert.equal(await open(`/feed?token=${token}`, { origin: "http://evil.example" }), 403);
    assert.equal(await open(`/feed?token=${token}`, { origin: "null" }), 403);
    assert.equal(await open(`/feed?token=${token}`, { host: "evil.example" }), 421);
    assert.equal(await open(`/other?token=${token}`), 404);
  });

  test("survives nonsense on the WebSocket, and pulls no cable that there is not", async () => {
    const { socket, messages } = await conversation(dashboard);
    for (const text of [
      "",
      "{",
      "null",
      '{"type":"cable","board":"__proto__","do":"pull"}',
      '{"type":"cable","board":"board-1","do":"burn"}',
    ])
      socket.send(text);
    const problems = await until("five answers", () => {
      const found = messages.filter((message) => message.type === "problem");
      return found.length === 5 && found;
    });
    assert.deepEqual([...new Set(problems.map(({ message }) => message))].sort(), [
      "That is no request of the dashboard.",
      'There is no cable of "__proto__".',
    ]);
    assert.deepEqual(cables.state(), { "board-1": "plugged" });
    socket.close();
  });

  test("offers no cables where there are none", async () => {
    const bare = await start({ port: 0, withCables: false });
    try {
      const { socket, messages } = await conversation(bare);
      const snapshot = await until("a snapshot", () =>
        messages.find((message) => message.type === "snapshot"),
      );
      assert.equal(snapshot.canPullCables, false);
      socket.send('{"type":"cable","board":"board-1","do":"pull"}');
      const problem = await until("an answer", () => messages.find((message) => message.type === "problem"));
      assert.equal(problem.message, "There are no virtual cables here.");
      socket.close();
    } finally {
      await bare.close();
    }
  });

  test("refuses a port that is in use, and a token that is none, in words", async () => {
    await assert.rejects(
      start({ port: dashboard.port }),
      new RegExp(`Port ${dashboard.port} on 127.0.0.1 is in use`),
    );
    await assert.rejects(start({ port: 0, token: "short" }), /16 letters or digits/);
  });

  async function conversation({ port }: Dashboard) {
    const messages: FeedMessage[] = [];
    const socket = new WebSocket(`ws://127.0.0.1:${port}/feed?token=${token}`);
    socket.addEventListener("message", ({ data }) => messages.push(JSON.parse(String(data)) as FeedMessage));
    await once(socket, "open");
    return { socket, messages };
  }
});

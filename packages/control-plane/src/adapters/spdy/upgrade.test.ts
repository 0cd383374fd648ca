import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:https";
import type { Duplex } from "node:stream";
import { test, type TestContext } from "node:test";
import { createWebSocketStream, WebSocket } from "ws";
import { decodeExecFrames, encodeExecFrame } from "@kubus/shared/bus/exec-frames.ts";
import type { Channel } from "@kubus/shared/bus/channel.ts";
import {
  execStream,
  type PodAttachRequest,
  type PodConnectRequest,
  type PodExecRequest,
  type SessionResult,
} from "@kubus/shared/bus/pod-streams.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { podKind } from "../../kinds/index.ts";
import { anHttpsApi } from "../http/testing/https-world.ts";
import { SpdySession } from "./session.ts";
import { readAll } from "./testing/loopback.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function finish(channel: Channel, result: SessionResult) {
  await channel.write(encodeExecFrame({ stream: execStream.result, bytes: bytes(JSON.stringify(result)) }));
  await channel.end();
}

/** Gives back stdin, tells of sizes on stderr, and ends with 7 when stdin does. */
async function echo(channel: Channel, result: SessionResult) {
  for await (const { stream, bytes: data } of decodeExecFrames(channel.incoming)) {
    if (stream === execStream.stdin)
      await channel.write(encodeExecFrame({ stream: execStream.stdout, bytes: data }));
    if (stream === execStream.resize)
      await channel.write(encodeExecFrame({ stream: execStream.stdout, bytes: data }));
    if (stream === execStream.close) break;
  }
  await finish(channel, result);
}

async function aWorld(t: TestContext, container: object = {}) {
  const world = await anHttpsApi(t);
  const openings: (PodExecRequest | PodAttachRequest | PodConnectRequest)[] = [];
  const { channels } = world.connect("board-1");
  const serve = (subject: "podExec" | "podAttach" | "podConnect", act: (channel: Channel) => Promise<void>) =>
    channels.accept(subjectOf(subject, "board-1"), ({ payload }, channel) => {
      openings.push(JSON.parse(new TextDecoder().decode(payload)) as PodExecRequest);
      return act(channel);
    });
  serve("podExec", (channel) => echo(channel, { how: "exited", exitCode: 7 }));
  serve("podAttach", (channel) => echo(channel, { how: "detached" }));
  serve("podConnect", async (channel) => {
    if ((openings.at(-1) as PodConnectRequest).port === 81) {
      await settle();
      channel.reset("connection refused");
      return;
    }
    for await (const chunk of channel.incoming) await channel.write(chunk);
    await channel.end();
  });
  const objects = world.api.objectsAs("test");
  const spec = { containers: [{ name: "main", image: "host/sleep", ...container }] };
  const { metadata } = await objects.create(podKind, {
    metadata: { namespace: "default", name: "web" },
    ...{ spec },
  });
  await objects.bind({ namespace: "default", name: "web", uid: metadata.uid }, "board-1");
  const { tls, admin } = world;
  const credentials = { ...tls, cert: admin.certificate, key: admin.key };
  const path = "/api/v1/namespaces/default/pods/web";

  const upgrade = (rest: string, versions: readonly string[]) =>
    new Promise<{ status: number; version: string; accepted: string; socket: Duplex }>((resolve, reject) => {
      const headers = {
        connection: "Upgrade",
        upgrade: "SPDY/3.1",
        ...(versions.length === 0 ? {} : { "x-stream-protocol-version": [...versions] }),
      };
      const outgoing = request({
        ...credentials,
        agent: false,
        method: "POST",
        path: `${path}/${rest}`,
        headers,
      });
      outgoing.on("error", reject);
      const told = (name: string, from: { headers: NodeJS.Dict<string | string[]> }) =>
        String(from.headers[name]);
      outgoing.on("upgrade", (answer, socket) =>
        resolve({ status: 101, version: told("x-stream-protocol-version", answer), accepted: "", socket }),
      );
      outgoing.on("response", (answer) => {
        answer.resume();
        const accepted = told("x-accepted-stream-protocol-versions", answer);
        resolve({ status: answer.statusCode ?? 0, version: "", accepted, socket: answer.socket });
      });
      outgoing.end();
    });
  const session = (transport: Duplex) => {
    const client = new SpdySession({ role: "client", transport, clock: systemClock });
    t.after(() => client.destroy());
    return client;
  };
  return { ...world, openings, upgrade, session, credentials, path };
}

const typed = (streamtype: string, more: Record<string, string> = {}) =>
  new Map(Object.entries({ streamType: streamtype, ...more }));

test("exec: streams in any order, both ways, and the exit code before the end", async (t) => {
  const { upgrade, session } = await aWorld(t);
  const all = ["v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io"];
  const { socket, version } = await upgrade("exec?command=cat&stdin=true&stdout=true&stderr=true", all);
  assert.equal(version, "v4.channel.k8s.io");
  const client = session(socket);
  const [stderr, stdout, stdin, error] = ["stderr", "stdout", "stdin", "error"].map((name) =>
    client.open(typed(name)),
  );
  stdin?.write("hello ");
  stdin?.end("world");
  const texts = await Promise.all(
    [stdout, stderr, error].flatMap((stream) => (stream === undefined ? [] : [readAll(stream)])),
  );
  assert.deepEqual([String(texts[0]), String(texts[1])], ["hello world", ""]);
  const status = JSON.parse(String(texts[2])) as { reason: string; details: { causes: unknown[] } };
  assert.equal(status.reason, "NonZeroExitCode");
  assert.deepEqual(status.details.causes, [{ reason: "ExitCode", message: "7" }]);
});

test("exec: oldest clients read a sentence", async (t) => {
  const { upgrade, session } = await aWorld(t);
  const { socket, version } = await upgrade("exec?command=cat&stdin=true&stdout=true", []);
  assert.equal(version, "channel.k8s.io");
  const client = session(socket);
  const [error, stdin, stdout] = ["error", "stdin", "stdout"].map((name) => client.open(typed(name)));
  stdin?.end();
  stdout?.resume();
  assert.ok(error !== undefined);
  assert.equal(String(await readAll(error)), "command terminated with non-zero exit code: exit status 7");
});

test("attach: with the container's terminal, whatever the client says, and its sizes", async (t) => {
  const { upgrade, session, openings } = await aWorld(t, { stdin: true, tty: true });
  const { socket } = await upgrade("attach?stdin=true&stdout=true&stderr=true&tty=false", [
    "v4.channel.k8s.io",
  ]);
  const client = session(socket);
  const [error, stdin, stdout, resize] = ["error", "stdin", "stdout", "resize"].map((name) =>
    client.open(typed(name)),
  );
  assert.ok(error !== undefined && stdout !== undefined);
  resize?.write('{"Width":80,"Height":24}\n');
  const [first] = (await once(stdout, "data")) as [Buffer];
  assert.equal(String(first), '{"Width":80,"Height":24}\n');
  stdin?.end("x");
  assert.deepEqual(JSON.parse(String(await readAll(error))), { metadata: {}, status: "Success" });
  assert.equal((openings[0] as PodAttachRequest).stdin, true);
});

test("attach: input goes nowhere where the container has none", async (t) => {
  const { upgrade, session, openings } = await aWorld(t);
  const { socket } = await upgrade("attach?stdin=true&stdout=true", ["v4.channel.k8s.io"]);
  const client = session(socket);
  const [error, stdin, stdout] = ["error", "stdin", "stdout"].map((name) => client.open(typed(name)));
  stdin?.end("x");
  stdout?.resume();
  assert.ok(error !== undefined);
  await readAll(error);
  assert.equal((openings[0] as PodAttachRequest).stdin, false);
});

test("refuses a protocol that it does not speak, and says which it does", async (t) => {
  const { upgrade } = await aWorld(t);
  const { status, accepted } = await upgrade("exec?command=cat&stdout=true", ["v9.channel.k8s.io"]);
  assert.equal(status, 403);
  assert.match(accepted, /v4\.channel\.k8s\.io/);
  assert.equal((await upgrade("exec?stdout=true", ["v4.channel.k8s.io"])).status, 400);
  assert.equal((await upgrade("attach", ["v4.channel.k8s.io"])).status, 400);
});

/** One forwarded connection, as kubectl opens it. */
async function forwarded(client: SpdySession, port: string, requestid: string) {
  const error = client.open(typed("error", { port, requestid }));
  error.end();
  const data = client.open(typed("data", { port, requestid }));
  data.end(`to ${port}`);
  const [text, complaint] = await Promise.all([readAll(data).catch(() => ""), readAll(error)]);
  return { text: String(text), complaint: String(complaint) };
}

test("port-forward: many connections, each with its own errors", async (t) => {
  const { upgrade, session, openings } = await aWorld(t);
  const { socket, version } = await upgrade("portforward", ["portforward.k8s.io"]);
  assert.equal(version, "portforward.k8s.io");
  const client = session(socket);
  const results = await Promise.all(
    ["80", "8080", "443"].map((port, i) => forwarded(client, port, String(i))),
  );
  assert.deepEqual(
    results.map(({ text, complaint }) => [text, complaint]),
    [
      ["to 80", ""],
      ["to 8080", ""],
      ["to 443", ""],
    ],
  );
  const { complaint } = await forwarded(client, "81", "9");
  assert.match(complaint, /^error forwarding port 81 to pod [-0-9a-f]{36}, uid : connection refused$/);
  assert.equal((openings[0] as PodConnectRequest).via, "loopback");
  await assert.rejects(client.open(typed("data", { port: "0" })).answered, /refusedStream/);
  assert.equal((await forwarded(client, "80", "10")).text, "to 80");
});

test("port-forward: SPDY within a WebSocket", async (t) => {
  const { credentials, path, session } = await aWorld(t);
  // The package refuses a protocol with a slash in its name; the server must not.
  const headers = { "Sec-WebSocket-Protocol": "SPDY/3.1+portforward.k8s.io" };
  const web = new WebSocket(`wss://127.0.0.1:${credentials.port}${path}/portforward`, {
    ...credentials,
    headers,
  });
  let agreed: string | undefined;
  web.on("upgrade", ({ headers: answered }) => {
    agreed = answered["sec-websocket-protocol"];
    delete answered["sec-websocket-protocol"];
  });
  await once(web, "open");
  assert.equal(agreed, "SPDY/3.1+portforward.k8s.io");
  const client = session(createWebSocketStream(web));
  assert.equal((await forwarded(client, "80", "1")).text, "to 80");
});

test("port-forward: the older WebSocket protocol, ports by the query", async (t) => {
  const { credentials, path } = await aWorld(t);
  const url = `wss://127.0.0.1:${credentials.port}${path}/portforward`;
  const socket = new WebSocket(`${url}?ports=80,81`, ["v4.channel.k8s.io"], credentials);
  const texts: Record<number, string> = {};
  socket.on("message", (message: Buffer) => {
    texts[message[0] ?? -1] = (texts[message[0] ?? -1] ?? "") + message.subarray(1).toString("latin1");
    if (message[0] === 0 && texts[0] === "P\0") socket.send(Buffer.from("\0hello"));
    if (texts[0] === "P\0hello" && texts[3] !== "Q\0") socket.close();
  });
  await once(socket, "close");
  assert.deepEqual([texts[0], texts[1], texts[2]], ["P\0hello", "P\0", "Q\0"]);
  assert.match(texts[3] ?? "", /^Q\0error forwarding port 81 .*connection refused$/s);
  const without = new WebSocket(url, ["v4.channel.k8s.io"], credentials);
  const [, { statusCode }] = (await once(without, "unexpected-response")) as [
    unknown,
    { statusCode: number },
  ];
  without.on("error", () => undefined);
  without.terminate();
  assert.equal(statusCode, 400);
});

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { WebSocket } from "ws";
import { decodeExecFrames, encodeExecFrame, encodeExecFrames } from "@kubus/shared/bus/exec-frames.ts";
import type { Channel } from "@kubus/shared/bus/channel.ts";
import { execStream, type ExecResult, type PodExecRequest } from "@kubus/shared/bus/pod-streams.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import { until } from "@kubus/shared/testing/until.ts";
import { podKind } from "../../kinds/index.ts";
import { anHttpsApi, kubectl } from "../http/testing/https-world.ts";

const pods = podKind;
const bytes = (text: string) => new TextEncoder().encode(text);
const skip = kubectl === undefined ? "there is no kubectl on this machine" : false;

type Serve = (channel: Channel, request: PodExecRequest) => Promise<void>;

/** A pod on a board whose agent runs commands by `serve`. */
async function aWorld(t: TestContext, serve?: Serve) {
  const world = await anHttpsApi(t);
  if (serve !== undefined)
    world
      .connect("board-1")
      .channels.accept(subjectOf("podExec", "board-1"), ({ payload }, channel) =>
        serve(channel, JSON.parse(new TextDecoder().decode(payload)) as PodExecRequest),
      );
  const objects = world.api.objectsAs("test");
  const spec = { containers: [{ name: "main", image: "host/sleep" }] };
  const { metadata } = await objects.create(pods, {
    metadata: { namespace: "default", name: "web" },
    ...{ spec },
  });
  await objects.bind({ namespace: "default", name: "web", uid: metadata.uid }, "board-1");
  const path = "/api/v1/namespaces/default/pods/web/exec?command=cat&stdin=true&stdout=true&stderr=true";
  const open = (protocols: string[] = ["v5.channel.k8s.io"]) =>
    new WebSocket(`wss://127.0.0.1:${world.tls.port}${path}`, protocols, {
      ca: world.tls.ca,
      cert: world.admin.certificate,
      key: world.admin.key,
    });
  return { ...world, open, path };
}

const finish = async (channel: Channel, result: ExecResult) => {
  await channel.write(encodeExecFrame({ stream: execStream.result, bytes: bytes(JSON.stringify(result)) }));
  await channel.end();
};

/** Gives back what it gets, until stdin ends. */
const echo: Serve = async (channel) => {
  for await (const { stream, bytes: data } of decodeExecFrames(channel.incoming)) {
    if (stream === execStream.stdin)
      for (const frame of encodeExecFrames({ stream: execStream.stdout, bytes: data }))
        await channel.write(frame);
    if (stream === execStream.close) break;
  }
  await finish(channel, { how: "exited", exitCode: 0 });
};

/** All messages of a session, by stream. */
async function session(
  socket: WebSocket,
): Promise<{ readonly streams: Record<number, Buffer>; readonly code: number }> {
  const streams: Record<number, Buffer> = {};
  socket.on("message", (data: Buffer) => {
    const stream = data[0] ?? -1;
    streams[stream] = Buffer.concat([streams[stream] ?? Buffer.alloc(0), data.subarray(1)]);
  });
  const code = await new Promise<number>((resolve, reject) => {
    socket.on("close", resolve);
    socket.on("error", reject);
  });
  return { streams, code };
}

const opened = (socket: WebSocket) => new Promise((resolve) => socket.once("open", resolve));
const statusIn = ({ streams }: Awaited<ReturnType<typeof session>>) =>
  JSON.parse(streams[3]?.toString() ?? "{}") as {
    status?: string;
    message?: string;
    reason?: string;
    code?: number;
    details?: unknown;
  };

test("carries input and output, and the end of both", async (t) => {
  const { open } = await aWorld(t, echo);
  const socket = open();
  const over = session(socket);
  await opened(socket);
  assert.equal(socket.protocol, "v5.channel.k8s.io");
  socket.send(Buffer.from("\0hello "));
  socket.send(Buffer.from("\0world"));
  socket.send(Buffer.from([255, 0]));
  const result = await over;
  assert.equal(result.streams[1]?.toString(), "hello world");
  assert.deepEqual(statusIn(result), { metadata: {}, status: "Success" });
  assert.equal(result.code, 1000);
});

test("loses not one byte of a lot", async (t) => {
  const { open } = await aWorld(t, echo);
  const socket = open();
  const over = session(socket);
  await opened(socket);
  const size = 8 * 1024 * 1024;
  const whole = Buffer.alloc(size, "0123456789");
  for (let at = 0; at < size; at += 100_000)
    socket.send(Buffer.concat([Buffer.from([0]), whole.subarray(at, at + 100_000)]));
  socket.send(Buffer.from([255, 0]));
  const { streams } = await over;
  assert.ok(streams[1]?.equals(whole));
});

test("tells the exit code", async (t) => {
  const { open } = await aWorld(t, (channel) => finish(channel, { how: "exited", exitCode: 7 }));
  const status = statusIn(await session(open(["v4.channel.k8s.io"])));
  assert.deepEqual([status.status, status.reason], ["Failure", "NonZeroExitCode"]);
  assert.deepEqual(status.details, { causes: [{ reason: "ExitCode", message: "7" }] });
});

test("tells that a command could not run", async (t) => {
  const { open } = await aWorld(t, (channel) =>
    finish(channel, { how: "failed", message: "no such program" }),
  );
  const status = statusIn(await session(open()));
  assert.deepEqual([status.status, status.message], ["Failure", "no such program"]);
});

test("tells that the agent cannot be reached", async (t) => {
  const { open } = await aWorld(t);
  const status = statusIn(await session(open()));
  assert.deepEqual([status.code, status.reason], [503, "ServiceUnavailable"]);
  assert.match(status.message ?? "", /the agent of node "board-1" cannot be reached/);
});

test("tells that a session broke", async (t) => {
  const { open } = await aWorld(t, (channel) => {
    channel.reset("the board lost power");
    return Promise.resolve();
  });
  assert.match(statusIn(await session(open())).message ?? "", /session broke.*the board lost power/);
});

test("tells the agent when the client leaves", async (t) => {
  let reason = "";
  const { open } = await aWorld(t, async (channel) => {
    ({ reason = "" } = await channel.closed);
  });
  const socket = open();
  await opened(socket);
  socket.terminate();
  await until("the agent is told", () => reason !== "");
  assert.equal(reason, "the client left");
});

test("refuses before it upgrades", async (t) => {
  const { open, ask, path } = await aWorld(t, echo);
  const refusal = (socket: WebSocket) =>
    new Promise<number>((resolve) => {
      socket.on("unexpected-response", (_, { statusCode }) => resolve(statusCode ?? 0));
      socket.on("error", () => undefined);
    });
  assert.equal(await refusal(open(["v1.channel.k8s.io"])), 400);
  const spdy = await ask("POST", path, { headers: { connection: "Upgrade", upgrade: "SPDY/2" } });
  assert.equal(spdy.status, 400);
  assert.match(spdy.body.toString(), /Upgrade request required/);
});

test("kubectl exec runs a command, with its input and its exit code", { skip }, async (t) => {
  const { run } = await aWorld(t, async (channel, { command }) => {
    if (command[0] === "false") await finish(channel, { how: "exited", exitCode: 3 });
    else await echo(channel, {} as PodExecRequest);
  });
  const cat = await run(["exec", "-i", "web", "--", "cat"], "hello from here\n");
  assert.deepEqual([cat.code, cat.stdout], [0, "hello from here\n"]);
  const failing = await run(["exec", "web", "--", "false"]);
  assert.equal(failing.code, 3);
  assert.match(failing.stderr, /command terminated with exit code 3/);
});

test("kubectl exec says why it cannot", { skip }, async (t) => {
  const { run } = await aWorld(t);
  const { code, stderr } = await run(["exec", "web", "--", "ls"]);
  assert.notEqual(code, 0);
  assert.match(stderr, /the agent of node "board-1" cannot be reached/);
  assert.match((await run(["exec", "none", "--", "ls"])).stderr, /pods "none" not found/);
});

import assert from "node:assert/strict";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { channelsOn } from "@kubus/shared/bus/bus-channel.ts";
import type { Channel } from "@kubus/shared/bus/channel.ts";
import { decodeExecFrames, encodeExecFrame } from "@kubus/shared/bus/exec-frames.ts";
import {
  execStream,
  type PodAttachRequest,
  type PodConnectRequest,
  type PodExecRequest,
  type PodLogRequest,
} from "@kubus/shared/bus/pod-streams.ts";
import { subjectOf, type SubjectName } from "@kubus/shared/bus/subjects.ts";
import { readLines } from "@kubus/shared/feed/actor-lines.ts";
import { until } from "@kubus/shared/testing/until.ts";
import { logFiles } from "./adapters/log-files/log-files.ts";
import { logPath } from "./pod/plan.ts";
import { aBoard, aPod, podPath, type TestBoard } from "./testing/world.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function aServedPod(programs: Parameters<typeof aBoard>[0] = {}) {
  const board = aBoard(programs);
  const stateDir = await mkdtemp(join(tmpdir(), `kubus-streams-${process.pid}-`));
  const agent = await board.startAgent({ logs: logFiles, stateDir });
  board.api.put(podPath, aPod());
  await board.settle();
  const pod = board.api.get(podPath) as Pod;
  const end = async () => {
    await agent.stop();
    await rm(stateDir, { recursive: true, force: true });
  };
  return { board, pod, end, stateDir };
}

/** A server opens a channel; time moves until it is open. */
async function open(board: TestBoard, subject: SubjectName, request: object): Promise<Channel> {
  const bus = board.network.connect("another server");
  const opening = channelsOn(bus, { clock: board.clock }).open({
    subject: subjectOf(subject, "board-1"),
    prefix: subjectOf("channel", "board-1"),
    opening: encode(JSON.stringify(request)),
    timeoutMs: 1_000,
  });
  // A refusal arrives while time moves: it is the caller's to see.
  opening.catch(() => undefined);
  await board.clock.advance(1);
  return opening;
}

const execRequest = (pod: Pod, command: readonly string[]): PodExecRequest => ({
  namespace: "default",
  pod: "web",
  uid: pod.metadata.uid,
  container: "main",
  command,
  stdin: true,
  stdout: true,
  stderr: true,
  tty: false,
});

test("runs a command in a container: input, output, error output, exit code", async () => {
  const { board, pod, end } = await aServedPod({
    cat: { copiesStdin: true, exitCode: 7, stdout: "> ", stderr: "careful\n" },
  });
  const channel = await open(board, "podExec", execRequest(pod, ["cat"]));
  await channel.write(encodeExecFrame({ stream: execStream.stdin, bytes: encode("hello ") }));
  await channel.write(encodeExecFrame({ stream: execStream.stdin, bytes: encode("there") }));
  await channel.write(encodeExecFrame({ stream: execStream.close, bytes: Uint8Array.of(execStream.stdin) }));
  const texts = new Map<number, string>();
  const order: number[] = [];
  for await (const { stream, bytes } of decodeExecFrames(channel.incoming)) {
    texts.set(stream, (texts.get(stream) ?? "") + decode(bytes));
    order.push(stream);
  }
  assert.equal(texts.get(execStream.stdout), "> hello there");
  assert.equal(texts.get(execStream.stderr), "careful\n");
  assert.deepEqual(JSON.parse(texts.get(execStream.result) ?? ""), { how: "exited", exitCode: 7 });
  assert.equal(order.at(-1), execStream.result);
  await end();
});

test("joins a client to a running container, and its end to the container's own", async () => {
  const board = aBoard({ "sleep 1000": { copiesStdin: true } });
  const agent = await board.startAgent();
  board.api.put(podPath, aPod({ restartPolicy: "Never" }, { stdin: true, stdinOnce: true }));
  await board.settle();
  const { uid } = (board.api.get(podPath) as Pod).metadata;
  const request: PodAttachRequest = {
    ...{ namespace: "default", pod: "web", uid, container: "main" },
    stdin: true,
  };
  const channel = await open(board, "podAttach", request);
  await channel.write(encodeExecFrame({ stream: execStream.stdin, bytes: encode("hello") }));
  await channel.write(encodeExecFrame({ stream: execStream.close, bytes: Uint8Array.of(execStream.stdin) }));
  const texts: string[] = [];
  for await (const { stream, bytes } of decodeExecFrames(channel.incoming))
    texts.push(`${stream} ${decode(bytes)}`);
  assert.deepEqual(texts, ["1 hello", '3 {"how":"detached"}']);
  await board.settle();
  assert.deepEqual(await board.running(), []);
  await assert.rejects(open(board, "podAttach", request), /container "main" in pod "web" is not running/);
  await agent.stop();
});

test("connects to a pod's port, and breaks the channel with the reason when nobody listens", async () => {
  const board = aBoard({ "sleep 1000": { echoesAt: 80 } });
  const agent = await board.startAgent();
  board.api.put(podPath, aPod());
  await board.settle();
  const { uid } = (board.api.get(podPath) as Pod).metadata;
  const to = (port: number): PodConnectRequest => ({
    ...{ namespace: "default", pod: "web", uid, port },
    via: "loopback",
  });
  const channel = await open(board, "podConnect", to(80));
  await channel.write(encode("hello"));
  await channel.end();
  assert.equal(await textOf(channel), "hello");
  const refused = open(board, "podConnect", to(81)).then(textOf);
  await assert.rejects(refused, /connection refused/);
  await assert.rejects(open(board, "podConnect", { ...to(80), uid: "another" }), /is not on this board/);
  await agent.stop();
});

test("ends the command when the client goes away", async () => {
  const { board, pod, end } = await aServedPod({ cat: { copiesStdin: true } });
  const channel = await open(board, "podExec", execRequest(pod, ["cat"]));
  channel.reset("The user pressed Ctrl-C.");
  const { how } = await channel.closed;
  assert.equal(how, "broken");
  await end();
});

test("refuses a command for what does not run here, in words", async () => {
  const { board, pod, end } = await aServedPod();
  const wrong = { ...execRequest(pod, ["ls"]), container: "other" };
  await assert.rejects(open(board, "podExec", wrong), /container other is not valid for pod web/);
  const gone = { ...execRequest(pod, ["ls"]), uid: "another" };
  await assert.rejects(open(board, "podExec", gone), /pod "default\/web" is not on this board/);
  await end();
});

test("serves a container's log, and follows it to the end of the run", async () => {
  const { board, pod, end, stateDir } = await aServedPod();
  const path = logPath({ stateDir, nameservers: [] }, pod, { name: "main", attempt: 0 });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, "2026-01-01T00:00:00Z stdout F one\n2026-01-01T00:00:01Z stdout F two\n");
  const request: PodLogRequest = {
    namespace: "default",
    pod: "web",
    uid: pod.metadata.uid,
    container: "main",
  };

  const tail = await open(board, "podLog", { ...request, tailLines: 1 });
  assert.equal(await textOf(tail), "two\n");

  const following = await open(board, "podLog", { ...request, follow: true });
  const text = textOf(following);
  await writeFile(path, "2026-01-01T00:00:02Z stderr F three\n", { flag: "a" });
  board.memory.exit({ podUid: pod.metadata.uid, name: "main", attempt: 0 }, 0);
  assert.equal(await text, "one\ntwo\nthree\n");
  await assert.rejects(
    open(board, "podLog", { ...request, previous: true, container: "nobody" }),
    /container nobody is not valid/,
  );
  await end();
});

async function textOf(channel: Channel): Promise<string> {
  let text = "";
  for await (const chunk of channel.incoming) text += decode(chunk);
  return text;
}

test("shows its actors while somebody looks: charts first, then what lives, then each change", async () => {
  const { board, pod, end } = await aServedPod();
  const channel = await open(board, "actors", {});
  const lines: { type: string; text: string }[] = [];
  const reading = (async () => {
    for await (const line of readLines(channel.incoming))
      lines.push({ type: line.type, text: JSON.stringify(line) });
  })();
  await until("the list of actors", () => lines.length >= 2);
  assert.deepEqual(
    lines.slice(0, 2).map(({ type }) => type),
    ["charts", "actors"],
  );
  assert.match(lines[1]?.text ?? "", /"container default\/web\/main"/);
  board.memory.exit({ podUid: pod.metadata.uid, name: "main", attempt: 0 }, 1);
  await board.settle();
  await until("the crash", () =>
    lines.some(({ text }) => /container default.*awaitingRestart|starting/.test(text)),
  );
  channel.reset("Nobody looks any more.");
  await reading.catch(() => undefined);
  await end();
});

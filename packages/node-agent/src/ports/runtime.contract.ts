/**
 * What every runtime must do. The suite runs against the memory, plain and process runtimes.
 *
 * A world is one board. `open` gives the runtime as an agent that starts now sees it; the one opened before is left
 * as a killed agent leaves it.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { until } from "@kubus/shared/testing/until.ts";
import { bytesOf, textOf } from "../testing/bytes.ts";
import {
  RuntimeRefusal,
  type ContainerIdentity,
  type ContainerSpec,
  type ExecOptions,
  type ExecSession,
  type Runtime,
  type SandboxSpec,
} from "./runtime.ts";

export interface RuntimeWorld {
  open(): Promise<Runtime>;
  /** A path for a container's log. */
  logPath(name: string): string;
  /** All that a container wrote, as `kubectl logs` would show it. */
  logOf(logPath: string): Promise<string>;
  /** A folder with the file `word` that holds `sesame`, to be mounted; absent where nothing can be. */
  mountable?(): Promise<string>;
  /** Fails when anything of a removed pod is left. */
  assertNothingLeft(podUid: string): Promise<void>;
  stop(): Promise<void>;
}

/** Some runtimes share the machine's ports with other tests. */
export const contractPort = 20_000 + (process.pid % 20_000);

/** Gives back what it gets, on one connection after the other, each until the other side ends its half. */
const echoServer = `socket(S, PF_INET, SOCK_STREAM, 0); setsockopt(S, SOL_SOCKET, SO_REUSEADDR, 1);
bind(S, pack_sockaddr_in($ARGV[0], INADDR_LOOPBACK)) or die; listen(S, 5); syswrite STDOUT, "ready\\n";
while (accept(C, S)) { while (sysread(C, $b, 65536)) { syswrite(C, $b) } close C }`;

/** Programs of the suite. A world that cannot run them imitates them. */
export const contractPrograms = {
  sleeps: ["sleep", "300"],
  exits7: ["sh", "-c", "echo out; echo err >&2; exit 7"],
  ignoresTerm: ["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"],
  saysGoodbye: ["sh", "-c", "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done"],
  execPrints: ["sh", "-c", "printf out; printf err >&2; exit 4"],
  execCopies: ["cat"],
  burns: ["sh", "-c", "while :; do :; done"],
  readsMount: ["sh", "-c", "cat /mnt/of/it/word; echo x > /mnt/of/it/word || echo refused"],
  echoes: ["perl", "-MSocket", "-e", echoServer, String(contractPort)],
} as const satisfies Record<string, readonly string[]>;

const never = new AbortController().signal;
/** Whatever hangs is told, instead of holding up everybody. */
const suiteMaxMs = 60_000;
/** Bytes that no pipe holds: they pass only while somebody reads. */
const muchBytes = 1_000_000;

export function runtimeContract(
  name: string,
  makeWorld: () => Promise<RuntimeWorld>,
  skip: string | false = false,
): void {
  describe(`runtime: ${name}`, { skip, timeout: suiteMaxMs }, () => {
    let world: RuntimeWorld;
    let runtime: Runtime;
    let podCount = 0;
    before(async () => {
      world = await makeWorld();
      runtime = await world.open();
    });
    after(() => world.stop());

    const aPod = async (over: Partial<SandboxSpec> = {}) => {
      podCount += 1;
      const podUid = `${name}-${process.pid}-pod-${podCount}`;
      const spec = sandboxSpec({ podUid, name: `web-${String(podCount)}`, ...over });
      return { spec, sandbox: await runtime.ensureSandbox(spec, never), podUid };
    };
    const containerOf = (
      podUid: string,
      command: readonly string[],
      over: Partial<ContainerSpec> = {},
    ): ContainerSpec => ({
      ...containerSpec(podUid, command),
      logPath: world.logPath(`${podUid}-${over.name ?? "main"}-${String(over.attempt ?? 0)}`),
      ...over,
    });
    const running = async (program: keyof typeof contractPrograms, over: Partial<ContainerSpec> = {}) => {
      const { podUid } = await aPod();
      const spec = containerOf(podUid, contractPrograms[program], over);
      return { podUid, spec, id: identityOf(spec), started: await runtime.startContainer(spec, never) };
    };

    test("finds a sandbox again instead of making a second one", async () => {
      const { spec, sandbox, podUid } = await aPod();
      assert.deepEqual(await runtime.ensureSandbox(spec, never), sandbox);
      assert.equal(sandbox.podUid, podUid);
      assert.ok(sandbox.ip.length > 0);
      const listed = (await runtime.listSandboxes()).filter((one) => one.podUid === podUid);
      assert.deepEqual(listed, [sandbox]);
      await runtime.removeSandbox(podUid);
    });

    test("refuses an image that is not a program of the host, in Kubernetes' words", async () => {
      await assert.rejects(runtime.ensureImage("nginx:1.27", never), (error) => {
        assert.ok(error instanceof RuntimeRefusal);
        assert.equal(error.reason, "ErrImagePull");
        return /only host\/<program> images are supported/.test(error.message);
      });
      assert.ok((await runtime.ensureImage("host/sh", never)).imageId.length > 0);
    });

    test("tells what never was, what runs and how it ended", async () => {
      const { podUid } = await aPod();
      const spec = containerOf(podUid, contractPrograms.exits7);
      const id = identityOf(spec);
      assert.deepEqual(await runtime.inspectContainer(id), { state: "absent" });
      const started = await runtime.startContainer(spec, never);
      assert.ok(started.pid > 0);
      const exit = await runtime.awaitExit(id, never);
      assert.deepEqual([exit.exitCode, exit.outOfMemory], [7, false]);
      assert.ok(exit.finishedAt >= exit.startedAt);
      assert.deepEqual(await runtime.inspectContainer(id), { state: "exited", ...exit });
      assert.deepEqual(await runtime.listContainers(podUid), [
        { ...id, sighting: { state: "exited", ...exit } },
      ]);
      assert.equal(sorted(await world.logOf(spec.logPath)), sorted("out\nerr\n"));
      await runtime.removeSandbox(podUid);
    });

    test("runs the image's program with its arguments when no command is given", async () => {
      const { podUid } = await aPod();
      const args = contractPrograms.exits7.slice(1);
      const spec = containerOf(podUid, [], { image: "host/sh", args });
      await runtime.startContainer(spec, never);
      assert.equal((await runtime.awaitExit(spec, never)).exitCode, 7);
      await runtime.removeSandbox(podUid);
    });

    test("mounts what it is told to where it is told to, or refuses the container", async () => {
      const hostPath = await world.mountable?.();
      const mounts = [{ hostPath: hostPath ?? "/", containerPath: "/mnt/of/it", readOnly: true }];
      const { podUid } = await aPod();
      const spec = containerOf(podUid, contractPrograms.readsMount, { mounts });
      if (hostPath === undefined) {
        await assert.rejects(runtime.startContainer(spec, never), RuntimeRefusal);
      } else {
        await runtime.startContainer(spec, never);
        await runtime.awaitExit(spec, never);
        // The shell's complaint goes another way, so it may stand anywhere.
        const lines = (await world.logOf(spec.logPath)).split("\n");
        assert.deepEqual(
          lines.filter((line) => !/Read-only/.test(line)),
          ["sesame", "refused", ""],
        );
      }
      await runtime.removeSandbox(podUid);
      await world.assertNothingLeft(podUid);
    });

    test("starts an attempt once, however often it is asked", async () => {
      const { podUid, spec, id, started } = await running("sleeps");
      assert.deepEqual(await runtime.startContainer(spec, never), started);
      assert.deepEqual(await runtime.inspectContainer(id), { state: "running", ...started });
      await runtime.stopContainer(id, 5_000);
      await assert.rejects(runtime.startContainer(spec, never), /already run/);
      await runtime.removeSandbox(podUid);
    });

    test("stops politely, and at once when nobody listens", async () => {
      const polite = await running("saysGoodbye");
      await until("the program to listen", async () => /ready/.test(await world.logOf(polite.spec.logPath)));
      assert.equal((await runtime.stopContainer(polite.id, 20_000)).exitCode, 3);
      assert.match(await world.logOf(polite.spec.logPath), /bye/);

      const deaf = await running("ignoresTerm");
      await until("the program to be deaf", async () => /deaf/.test(await world.logOf(deaf.spec.logPath)));
      const exit = await runtime.stopContainer(deaf.id, 100);
      assert.equal(exit.exitCode, 137);
      assert.deepEqual(await runtime.stopContainer(deaf.id, 100), exit);
      for (const { podUid } of [polite, deaf]) await runtime.removeSandbox(podUid);
    });

    test("a second, shorter stop does not wait for the first", async () => {
      const { podUid, spec, id } = await running("ignoresTerm");
      await until("the program to be deaf", async () => /deaf/.test(await world.logOf(spec.logPath)));
      const patient = runtime.stopContainer(id, 60_000);
      assert.equal((await runtime.stopContainer(id, 50)).exitCode, 137);
      assert.equal((await patient).exitCode, 137);
      await runtime.removeSandbox(podUid);
    });

    test("stop is the last word over a start that nobody waits for", async () => {
      const { podUid } = await aPod();
      const spec = containerOf(podUid, contractPrograms.sleeps);
      const giveUp = new AbortController();
      const started = runtime.startContainer(spec, giveUp.signal).then(
        () => "started",
        () => "given up",
      );
      giveUp.abort();
      await started;
      const sighting = await runtime.inspectContainer(spec);
      if (sighting.state === "running") await runtime.stopContainer(spec, 1_000);
      assert.notEqual((await runtime.inspectContainer(spec)).state, "running");
      await runtime.removeSandbox(podUid);
    });

    test("ends waiting when nobody waits any more, and the container goes on", async () => {
      const { podUid, id } = await running("sleeps");
      const giveUp = new AbortController();
      const waiting = assert.rejects(runtime.awaitExit(id, giveUp.signal));
      giveUp.abort();
      await waiting;
      assert.equal((await runtime.inspectContainer(id)).state, "running");
      await runtime.removeSandbox(podUid);
    });

    test("adopts what a former agent left: the same pid, the same exit", async () => {
      const { podUid, id, started } = await running("saysGoodbye");
      const second = await running("sleeps");
      runtime = await world.open();
      assert.deepEqual(await runtime.inspectContainer(id), { state: "running", ...started });
      assert.ok((await runtime.listSandboxes()).some((one) => one.podUid === podUid));
      const exit = runtime.awaitExit(second.id, never);
      await runtime.stopContainer(second.id, 20_000);
      assert.equal((await exit).exitCode, 143);
      runtime = await world.open();
      assert.deepEqual(await runtime.inspectContainer(second.id), { state: "exited", ...(await exit) });
      for (const uid of [podUid, second.podUid]) await runtime.removeSandbox(uid);
    });

    test("exec tells output, errors and the exit code apart", async () => {
      const { podUid, id } = await running("sleeps");
      const session = await runtime.exec(id, execOf(contractPrograms.execPrints));
      const [out, err] = await Promise.all([textOf(session.stdout), textOf(session.stderr)]);
      assert.deepEqual([out, err, await session.result], ["out", "err", { how: "exited", exitCode: 4 }]);
      await runtime.removeSandbox(podUid);
    });

    test("exec carries every byte in both directions, and waits for a slow reader", async () => {
      const { podUid, id } = await running("sleeps");
      const session = await runtime.exec(id, execOf(contractPrograms.execCopies, { stdin: true }));
      const sent = Uint8Array.from({ length: muchBytes }, (_, i) => (i * 7 + (i >> 8)) % 256);
      let taken = 0;
      const sending = feed(session, sent, (length) => (taken += length));
      // Nobody reads yet: what pipes hold is taken, the rest waits.
      await until(
        "the sender to be held up",
        steady(() => taken),
      );
      assert.ok(taken < sent.length / 2, `${String(taken)} bytes were taken that nobody had read`);
      const received = await bytesOf(session.stdout);
      await sending;
      assert.equal(Buffer.compare(Buffer.from(sent), received), 0);
      assert.deepEqual(await session.result, { how: "exited", exitCode: 0 });
      await runtime.removeSandbox(podUid);
    });

    test("an exec session can be killed, and ends with its container", async () => {
      const { podUid, id } = await running("sleeps");
      const [killed, orphan] = await Promise.all([
        runtime.exec(id, execOf(contractPrograms.execCopies, { stdin: true })),
        runtime.exec(id, execOf(contractPrograms.execCopies, { stdin: true })),
      ]);
      killed.kill();
      assert.deepEqual(await killed.result, { how: "exited", exitCode: 137 });
      await runtime.stopContainer(id, 5_000);
      assert.equal((await orphan.result).how, "exited");
      await assert.rejects(runtime.exec(id, execOf(contractPrograms.execPrints)), /does not run/);
      await runtime.removeSandbox(podUid);
    });

    test("an attached client has the output from now on, and its input can be the only one", async () => {
      const { podUid, spec, id } = await running("execCopies", { stdin: true, stdinOnce: true });
      const client = await runtime.attach(id, { stdin: true });
      const watcher = await runtime.attach(id, { stdin: false });
      const texts = Promise.all([client, watcher].map(({ stdout }) => textOf(stdout)));
      await client.writeStdin(Buffer.from("hello\n"));
      client.endStdin();
      assert.equal((await runtime.awaitExit(id, never)).exitCode, 0);
      assert.deepEqual(await texts, ["hello\n", "hello\n"]);
      assert.deepEqual(await client.result, { how: "detached" });
      assert.equal(await world.logOf(spec.logPath), "hello\n");
      await assert.rejects(runtime.attach(id, { stdin: true }), /does not run/);
      await runtime.removeSandbox(podUid);
    });

    test("input stays open while clients and agents come and go, unless it is for one only", async () => {
      const { podUid, spec, id } = await running("execCopies", { stdin: true });
      const first = await runtime.attach(id, { stdin: true });
      await first.writeStdin(Buffer.from("one\n"));
      const [line] = [first.stdout[Symbol.asyncIterator]()];
      assert.equal(Buffer.from((await line.next()).value as Uint8Array).toString(), "one\n");
      first.endStdin();
      assert.deepEqual(await first.result, { how: "detached" });
      runtime = await world.open();
      const second = await runtime.attach(id, { stdin: true });
      const text = textOf(second.stdout);
      await second.writeStdin(Buffer.from("two\n"));
      await until("the second line", async () => (await world.logOf(spec.logPath)) === "one\ntwo\n");
      second.kill();
      assert.equal(await text, "two\n");
      assert.equal((await runtime.inspectContainer(id)).state, "running");
      await runtime.removeSandbox(podUid);
      await world.assertNothingLeft(podUid);
    });

    test("counts the processor time and the memory of what runs, and of nothing else", async () => {
      const { podUid, id } = await running("burns");
      const idle = await running("sleeps");
      const secondsOf = async (one: ContainerIdentity) => (await runtime.usage(one))?.cpuSeconds ?? 0;
      await until("processor time to be used", async () => (await secondsOf(id)) > 0.1);
      const first = await runtime.usage(id);
      const next = first?.cpuSeconds ?? 0;
      await until("more of it to be used", async () => (await secondsOf(id)) > next);
      assert.ok((first?.workingSetBytes ?? 0) > 1_000, `${String(first?.workingSetBytes)} bytes`);
      assert.ok((await secondsOf(idle.id)) < (await secondsOf(id)));
      await runtime.stopContainer(id, 0);
      assert.equal(await runtime.usage(id), undefined);
      assert.equal(await runtime.usage({ ...id, attempt: 7 }), undefined);
      for (const uid of [podUid, idle.podUid]) await runtime.removeSandbox(uid);
      assert.equal(await runtime.usage(idle.id), undefined);
    });

    test("connects to a pod's own localhost, and each direction ends by itself", async () => {
      const { podUid, spec } = await running("echoes");
      await until("the server to listen", async () => /ready/.test(await world.logOf(spec.logPath)));
      const to = { uid: podUid, port: contractPort, via: "loopback" } as const;
      const connection = await runtime.connect(to, never);
      const sent = Buffer.alloc(muchBytes, "0123456789abcdefg");
      const received = bytesOf(connection.incoming);
      await connection.write(sent);
      await connection.end();
      assert.equal(Buffer.compare(sent, await received), 0);
      await assert.rejects(runtime.connect({ ...to, port: 1 }, never), /connection refused/);
      await runtime.removeSandbox(podUid);
      await world.assertNothingLeft(podUid);
    });

    test("leaves nothing of a removed pod, and removes what is not there without complaint", async () => {
      const { podUid, id } = await running("ignoresTerm");
      await runtime.removeSandbox(podUid);
      await world.assertNothingLeft(podUid);
      assert.deepEqual(await runtime.inspectContainer(id), { state: "absent" });
      assert.deepEqual(await runtime.listContainers(podUid), []);
      assert.ok((await runtime.listSandboxes()).every((one) => one.podUid !== podUid));
      await runtime.removeSandbox(podUid);
      await runtime.removeContainer(id);
    });

    test("forgets a container that was removed and keeps its sisters", async () => {
      const { podUid, id } = await running("exits7");
      await runtime.awaitExit(id, never);
      const sister = containerOf(podUid, contractPrograms.sleeps, { attempt: 1 });
      const started = await runtime.startContainer(sister, never);
      await runtime.removeContainer(id);
      assert.deepEqual(await runtime.listContainers(podUid), [
        { ...identityOf(sister), sighting: { state: "running", ...started } },
      ]);
      await runtime.removeSandbox(podUid);
    });
  });
}

/** A sandbox with nothing special about it. */
export const sandboxSpec = (over: Partial<SandboxSpec> & { readonly podUid: string }): SandboxSpec => ({
  namespace: "default",
  name: "web",
  hostname: over.name ?? "web",
  network: "pod",
  hostAliases: [],
  dns: { nameservers: [], searches: [], options: [] },
  limits: {},
  ...over,
});

/** A container with nothing special about it. */
export const containerSpec = (
  podUid: string,
  command: readonly string[],
  over: Partial<ContainerSpec> = {},
): ContainerSpec => ({
  podUid,
  name: "main",
  attempt: 0,
  namespace: "default",
  podName: "web",
  image: "host/sh",
  command,
  args: [],
  env: [],
  privileged: false,
  readOnlyRoot: false,
  capabilities: { add: [], drop: [] },
  stdin: false,
  stdinOnce: false,
  tty: false,
  limits: {},
  logPath: "",
  ...over,
});

const identityOf = ({ podUid, name, attempt }: ContainerIdentity): ContainerIdentity => ({
  podUid,
  name,
  attempt,
});

export const execOf = (command: readonly string[], over: Partial<ExecOptions> = {}): ExecOptions => ({
  command,
  tty: false,
  stdin: false,
  ...over,
});

async function feed(
  session: ExecSession,
  bytes: Uint8Array,
  onTaken: (length: number) => void,
): Promise<void> {
  const pieceBytes = 32 * 1024;
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.subarray(at, at + pieceBytes);
    await session.writeStdin(piece);
    onTaken(piece.length);
  }
  session.endStdin();
}

/** Whether a number has not changed over several looks. */
function steady(look: () => number): () => boolean {
  let [last, same] = [look(), 0];
  return () => {
    same = look() === last ? same + 1 : 0;
    last = look();
    return same >= 5;
  };
}

const sorted = (text: string) => text.split("\n").sort().join("\n");

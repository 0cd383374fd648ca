/** What the process runtime promises beyond the contract. With root, on the real kernel. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { until } from "@kubus/shared/testing/until.ts";
import { RuntimeRefusal, type ContainerSpec, type Runtime } from "../../ports/runtime.ts";
import { containerSpec, execOf, sandboxSpec } from "../../ports/runtime.contract.ts";
import { bytesOf, textOf } from "../../testing/bytes.ts";
import { processSkip, processWorld, type ProcessWorld } from "../../testing/process-world.ts";
import { textOfLog } from "../../testing/text-of-log.ts";
import { mountinfo, mountsBelow } from "./mounts.ts";

const never = new AbortController().signal;

describe("process runtime", { skip: processSkip, timeout: 60_000 }, () => {
  let world: ProcessWorld;
  let runtime: Runtime;
  let podCount = 0;
  before(async () => {
    world = processWorld();
    runtime = await world.open();
  });
  after(() => world.stop());

  const aPod = async (over: Partial<Parameters<typeof sandboxSpec>[0]> = {}) => {
    podCount += 1;
    const podUid = `pod-${process.pid}-${podCount}`;
    await runtime.ensureSandbox(sandboxSpec({ podUid, ...over }), never);
    return podUid;
  };
  const aContainer = (podUid: string, script: string, over: Partial<ContainerSpec> = {}) => {
    const logPath = join(world.dir, `${podUid}-${over.name ?? "main"}.log`);
    return containerSpec(podUid, ["sh", "-c", script], { logPath, ...over });
  };
  const logOf = async ({ logPath }: ContainerSpec) => textOfLog(await readFile(logPath, "utf8"));
  /** Runs a script to its end in a pod of its own. */
  const runs = async (script: string, over: Partial<ContainerSpec> = {}) => {
    const podUid = await aPod();
    const spec = aContainer(podUid, script, over);
    await runtime.startContainer(spec, never);
    const exit = await runtime.awaitExit(spec, never);
    const text = await logOf(spec);
    await runtime.removeSandbox(podUid);
    return { ...exit, text };
  };

  test("mounts below links of the root, in a root that may not be written, and leaves the board alone", async () => {
    const [folder, word] = [join(world.dir, "volume"), join(world.dir, "word")];
    await mkdir(folder, { recursive: true, mode: 0o777 });
    await writeFile(word, "sesame");
    const mounts = [
      { hostPath: folder, containerPath: "/var/run/secrets/mine", readOnly: false },
      { hostPath: word, containerPath: "/etc/of/its/own", readOnly: true },
    ];
    const script = "ls -d /run/secrets/mine; cat /etc/of/its/own; echo; touch /etc/x || echo refused; id -G";
    const user = { uid: 0, gid: 0, groups: [2_000, 3_000] };
    const { text } = await runs(`${script}; echo from inside > /var/run/secrets/mine/file`, {
      ...{ mounts, user, readOnlyRoot: true },
    });
    const lines = text.split("\n").filter((line) => !line.includes("Read-only"));
    assert.deepEqual(lines, ["/run/secrets/mine", "sesame", "refused", "0 2000 3000", ""]);
    assert.equal(await readFile(join(folder, "file"), "utf8"), "from inside\n");
    assert.equal(existsSync("/run/secrets/mine"), false);
  });

  test("runs as nobody, without capabilities, unable to win new privileges", async () => {
    const { text } = await runs(
      "id -u; id -g; grep -E 'CapEff|NoNewPrivs' /proc/self/status; cat /etc/shadow /root/x",
    );
    assert.match(text, /^65534\n65534\nCapEff:\t0+\nNoNewPrivs:\t1\n/);
    assert.match(text, /shadow: No such file/);
  });

  test("gives root Kubernetes' default capabilities, less what is dropped, more what is added", async () => {
    const user = { uid: 0, gid: 0 };
    const [plain, dropped, added] = await Promise.all([
      runs("grep CapEff /proc/self/status", { user }),
      runs("grep CapEff /proc/self/status", { user, capabilities: { add: [], drop: ["ALL"] } }),
      runs("grep CapEff /proc/self/status", {
        user,
        capabilities: { add: ["NET_ADMIN"], drop: ["CAP_CHOWN"] },
      }),
    ]);
    assert.match(plain.text, /00000000a80425fb/);
    assert.match(dropped.text, /0000000000000000/);
    assert.match(added.text, /00000000a80435fa/);
  });

  test("hides the board's secrets and kubus' own folders also from root", async () => {
    const user = { uid: 0, gid: 0 };
    const script = `ls -A /root /run/lock /tmp; ls ${world.config.runDir} ${world.config.stateDir} /etc/shadow; ls /etc/ssh/*_key; exit 0`;
    const { text } = await runs(script, { user });
    assert.doesNotMatch(text, /runtime|roots|\.bash/);
    assert.equal(text.match(/^ls: cannot access/gm)?.length, 4);
  });

  test("writes stay in the container; a read-only root takes none", async () => {
    const user = { uid: 0, gid: 0 };
    const path = `/etc/kubus-test-${process.pid}`;
    const { text } = await runs(`echo mine > ${path}; cat ${path}`, { user });
    assert.equal(text, "mine\n");
    assert.throws(() => readFileSync(path), /ENOENT/);
    const { text: refusal } = await runs(`echo mine > ${path}`, { user, readOnlyRoot: true });
    assert.match(refusal, /Read-only file system/);
  });

  test("passes arguments and environment on unchanged, whatever they hold", async () => {
    const podUid = await aPod();
    const value = "a 'b' \"c\" $HOME `x` \\ \n ü;&|";
    const env = [
      { name: "ODD", value },
      { name: "with.dots-and", value },
      { name: "IFS", value: "x" },
      { name: "privileges", value: "sh -c boom" },
      { name: "PATH", value: "/usr/bin:/bin" },
    ];
    const print = "import os, sys, json; print(json.dumps([sys.argv[1:], dict(os.environ)]))";
    const spec = aContainer(podUid, "", { command: ["python3", "-c", print, value, "", "-x"], env });
    await runtime.startContainer(spec, never);
    assert.equal((await runtime.awaitExit(spec, never)).exitCode, 0);
    const [words, seen] = JSON.parse(await logOf(spec)) as [string[], Record<string, string>];
    assert.deepEqual(words, [value, "", "-x"]);
    for (const { name, value: wanted } of env) assert.equal(seen[name], wanted, name);
    assert.deepEqual(
      Object.keys(seen).sort(),
      ["HOME", "HOSTNAME", "IFS", "LC_CTYPE", "ODD", "PATH", "privileges", "with.dots-and"].filter(
        (name) => name in seen,
      ),
    );
    await runtime.removeSandbox(podUid);
  });

  test("containers of a pod share its host name, its localhost and its shared memory, not their processes", async () => {
    const podUid = await aPod({ hostname: "web-0", name: "web-0" });
    const serve =
      "import socket; s = socket.create_server(('127.0.0.1', 80)); c, _ = s.accept(); c.sendall(b'hello')";
    const server = aContainer(podUid, "", {
      name: "server",
      command: ["sh", "-c", `echo shared > /dev/shm/note; exec python3 -c "${serve}"`],
    });
    const client = aContainer(podUid, "sleep 300", { name: "client" });
    await runtime.startContainer(server, never);
    await runtime.startContainer(client, never);
    const inClient = async (...command: readonly string[]) => {
      const session = await runtime.exec(client, execOf(command));
      return textOf(session.stdout);
    };
    const read = "import socket; print(socket.create_connection(('127.0.0.1', 80)).recv(9).decode())";
    await until("the server", async () => (await inClient("python3", "-c", read)) === "hello\n");
    assert.equal(await inClient("cat", "/proc/sys/kernel/hostname", "/etc/hostname"), "web-0\nweb-0\n");
    assert.equal(await inClient("cat", "/dev/shm/note"), "shared\n");
    assert.doesNotMatch(await inClient("ps", "-e", "-o", "args"), /python3/);
    await runtime.removeSandbox(podUid);
  });

  test("reaps orphans and forwards every signal to the program", async () => {
    const podUid = await aPod();
    const script = `for s in INT HUP QUIT USR1 USR2 WINCH; do trap "echo got $s" $s; done; (sh -c 'sleep 0.05 & ' &); echo ready; while :; do sleep 0.02; done`;
    const spec = aContainer(podUid, script);
    const { pid } = await runtime.startContainer(spec, never);
    await until("the traps", async () => (await logOf(spec)).includes("ready"));
    for (const signal of ["INT", "HUP", "QUIT", "USR1", "USR2", "WINCH"] as const) {
      process.kill(pid, `SIG${signal}`);
      await until(`SIG${signal}`, async () => (await logOf(spec)).includes(`got ${signal}\n`));
    }
    const session = await runtime.exec(spec, execOf(["ps", "-e", "-o", "stat="]));
    assert.doesNotMatch(await textOf(session.stdout), /Z/);
    assert.equal((await runtime.stopContainer(spec, 5_000)).exitCode, 143);
    await runtime.removeSandbox(podUid);
  });

  test("tells a kill for want of memory from any other", async () => {
    const eat = "import time; b = bytearray(200 * 1024 * 1024); time.sleep(60)";
    const limits = { memoryBytesMax: 32 * 1024 * 1024 };
    const greedy = await runs("", { command: ["python3", "-c", eat], limits });
    assert.deepEqual([greedy.exitCode, greedy.outOfMemory], [137, true]);
    const killed = await runs("kill -9 $$");
    assert.deepEqual([killed.exitCode, killed.outOfMemory], [137, false]);
    runtime = await world.open();
  });

  test("refuses what cannot be started, in Kubernetes' words, and leaves no trace of it", async () => {
    const podUid = await aPod();
    const refused = (over: Partial<ContainerSpec>, reason: RuntimeRefusal["reason"], text: RegExp) =>
      assert.rejects(runtime.startContainer(aContainer(podUid, "", over), never), (error) => {
        assert.ok(error instanceof RuntimeRefusal, String(error));
        assert.equal(error.reason, reason);
        return text.test(error.message);
      });
    await refused(
      { command: ["no-such-program"] },
      "RunContainerError",
      /"no-such-program": executable file not found/,
    );
    await refused({ command: ["/no/such"] }, "RunContainerError", /"\/no\/such": no such program/);
    await refused({ command: [], image: "host/nowhere" }, "RunContainerError", /not found in \$PATH/);
    const capabilities = { add: ["FLY"], drop: [] };
    await refused(
      { command: ["sleep", "1"], capabilities },
      "CreateContainerError",
      /unknown capability "FLY"/,
    );
    assert.deepEqual(await runtime.listContainers(podUid), []);
    assert.deepEqual(readdirSync(join(world.config.runDir, "runtime", "pods", podUid, "containers")), []);
    await runtime.removeSandbox(podUid);
  });

  test("a long line, a torn line and binary bytes all reach the log", async () => {
    const { text } = await runs("head -c 300000 /dev/zero | tr '\\0' x; echo; printf 'no end'");
    assert.equal(text, `${"x".repeat(300_000)}\nno end`);
  });

  test("gives a terminal that can be resized, and passes the exit code on", async () => {
    const podUid = await aPod();
    const spec = aContainer(podUid, "sleep 300");
    await runtime.startContainer(spec, never);
    const script = "tty; read x; stty size; echo got-$x; exit 5";
    const session = await runtime.exec(spec, execOf(["sh", "-c", script], { tty: true, stdin: true }));
    let text = "";
    const reading = (async () => {
      for await (const bytes of session.stdout) text += Buffer.from(bytes).toString();
    })();
    await until("the terminal", () => text.includes("/dev/pts/"));
    session.resize({ width: 123, height: 45 });
    const sizes = async () => {
      const probe = await runtime.exec(spec, execOf(["stty", "-F", "/dev/pts/0", "size"]));
      return textOf(probe.stdout);
    };
    await until("the size", async () => (await sizes()) === "45 123\n");
    await session.writeStdin(Buffer.from("yo\n"));
    assert.deepEqual(await session.result, { how: "exited", exitCode: 5 });
    await reading;
    assert.match(text, /45 123\r\ngot-yo\r\n$/);
    await runtime.removeSandbox(podUid);
  });

  test("a command may open its own output again, and ends when its stdin does", async () => {
    const podUid = await aPod();
    const spec = aContainer(podUid, "echo out > /dev/stdout; echo err > /dev/stderr; sleep 300");
    await runtime.startContainer(spec, never);
    await until("the log", async () => (await logOf(spec)).length === 8);
    const session = await runtime.exec(
      spec,
      execOf(["sh", "-c", "cat /dev/stdin > /dev/stdout"], { stdin: true }),
    );
    await session.writeStdin(Buffer.from("through"));
    session.endStdin();
    assert.equal((await bytesOf(session.stdout)).toString(), "through");
    await runtime.removeSandbox(podUid);
  });

  test("twenty starts and stops leave no namespace, mount, group or folder", async () => {
    // Others on this machine may make mounts meanwhile.
    const count = () => mountsBelow(mountinfo(), world.dir).length;
    const before = count();
    for (let round = 0; round < 20; round += 1) {
      const podUid = await aPod();
      await runtime.startContainer(aContainer(podUid, "sleep 300 & sleep 300"), never);
      await runtime.removeSandbox(podUid);
      assert.deepEqual(world.remainsOf(podUid), []);
    }
    assert.equal(count(), before);
    assert.deepEqual(readdirSync(join(world.config.stateDir, "roots")), []);
  });
});

/**
 * Whole virtual clusters with stand-ins for servers and agents, in processes of their own: started, steered,
 * killed, cleaned, side by side. Afterwards the machine is as it was.
 */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { findTool } from "@kubus/shared/testing/tools.ts";
import { until } from "@kubus/shared/testing/until.ts";
import { identify, isAlive } from "../adapters/processes.ts";
import { run, tryRun } from "../adapters/programs.ts";
import { hierarchies } from "../boards/cgroups.ts";
import type { ProcessIdentity } from "../cluster/journal.ts";
import { openJournal } from "../cluster/journal.ts";
import { layoutOf } from "../cluster/layout.ts";
import { repositoryDir } from "../build/bundles.ts";
import type { Status } from "./status.ts";

const skip = findTool("nats-server") === undefined ? "no nats-server on this machine" : false;
const isRoot = process.geteuid?.() === 0;
const kubus = join(repositoryDir, "packages/cli/src/main.ts");
const upWithStandIns = join(repositoryDir, "packages/cli/src/testing/up.ts");

/** A user who may do nothing in particular. */
const nobody = 65_534;

/** What a cluster of this id has left on the machine. */
async function traces(id: string): Promise<readonly string[]> {
  const links = isRoot ? await run("ip", ["-o", "link"]) : "";
  const routes = isRoot ? await run("ip", ["route", "show", "table", "all"]) : "";
  const groups = hierarchies().flatMap(({ root }) => readdirSync(root));
  const spaces = existsSync("/run/netns") ? readdirSync("/run/netns") : [];
  const mounts = readFileSync("/proc/self/mountinfo", "utf8");
  const folder = existsSync(`/run/kubus/${id}`) ? [`/run/kubus/${id}`] : [];
  const lines = [links, routes, mounts].flatMap((text) => text.split("\n"));
  return [...lines, ...groups, ...spaces, ...folder].filter(
    (line) => line.includes(`kubus-${id}`) || line.includes(`/kubus/${id}`),
  );
}

interface Up {
  readonly dir: string;
  readonly process: ChildProcess;
  readonly output: () => string;
  ready(): Promise<string>;
}

suite("kubus up", { skip }, () => {
  const dirs: string[] = [];
  let root: string;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), `kubus-up-${process.pid}-`));
  });
  after(async () => {
    for (const dir of dirs) await ask(dir, "down");
    await rm(root, { recursive: true, force: true });
  });

  const up = (dir: string, boards?: number, before: readonly string[] = []): Up => {
    dirs.push(dir);
    const words = boards === undefined ? [] : [String(boards)];
    const [program = "", ...args] = [...before, process.execPath, upWithStandIns, dir, ...words];
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const ready = () =>
      until(
        "the ready line",
        () => {
          if (child.exitCode !== null) throw new Error(`up ended: ${output}`);
          return /^ready: .*$/m.exec(output)?.[0];
        },
        30_000,
      );
    return { dir, process: child, output: () => output, ready };
  };
  const ask = (dir: string, ...words: readonly string[]) =>
    tryRun(process.execPath, [kubus, ...words, "--dir", dir]);
  const must = async (dir: string, ...words: readonly string[]) => {
    const { code, stdout, stderr } = await ask(dir, ...words);
    assert.equal(code, 0, `${words.join(" ")}: ${stderr}`);
    return stdout;
  };
  const status = async (dir: string) => JSON.parse(await must(dir, "status", "-o", "json")) as Status;
  const boardIs = (dir: string, name: string, state: string) =>
    until(`${name} to be ${state}`, async () =>
      (await status(dir)).boards.some((board) => board.name === name && board.state === state),
    );
  const processesOf = (dir: string): readonly ProcessIdentity[] =>
    openJournal(layoutOf(dir).journal)
      .entries()
      .filter((entry) => entry.made === "process");
  const idOf = (dir: string) =>
    (JSON.parse(readFileSync(layoutOf(dir).world, "utf8")) as { readonly id: string }).id;
  const isGone = async (dir: string, processes: readonly ProcessIdentity[]) => {
    assert.deepEqual(await traces(idOf(dir)), []);
    assert.deepEqual(processes.filter(isAlive), []);
    assert.deepEqual(openJournal(layoutOf(dir).journal).entries(), []);
  };

  test("starts, is steered, and ends without a trace", async () => {
    const cluster = up(join(root, "steered"), 2);
    const { dir } = cluster;
    await cluster.ready();
    const first = await status(dir);
    assert.deepEqual(
      [
        first.state,
        first.servers.map(({ name, state }) => [name, state]),
        first.boards.map(({ name, state }) => [name, state]),
      ],
      [
        "ready",
        [["server-1", "ready"]],
        [
          ["board-1", "ready"],
          ["board-2", "ready"],
        ],
      ],
    );
    assert.equal(readFileSync(first.kubeconfig, "utf8").includes(first.api), true);

    for (const how of [[], ["--silent"]]) {
      await must(dir, "cable", "pull", "board-2", ...how);
      await boardIs(dir, "board-2", "not-ready");
      await must(dir, "cable", "plug", "board-2");
      await boardIs(dir, "board-2", "ready");
    }

    await must(dir, "board", "stop", "board-1");
    await boardIs(dir, "board-1", "off");
    await must(dir, "board", "start", "board-1");
    await boardIs(dir, "board-1", "ready");

    const agentPid = async () => (await status(dir)).boards[0]?.agentPid;
    const pid = await agentPid();
    await must(dir, "board", "agent-kill", "board-1");
    await until("another agent", async () => ((await agentPid()) ?? pid) !== pid);
    await must(dir, "board", "agent-stop", "board-1");
    await boardIs(dir, "board-1", "agent-stopped");
    await must(dir, "board", "agent-start", "board-1");
    await boardIs(dir, "board-1", "ready");

    assert.match(await must(dir, "board", "add"), /^board-3: added/);
    await boardIs(dir, "board-3", "ready");
    await must(dir, "board", "remove", "board-2");
    assert.deepEqual(
      (await status(dir)).boards.map(({ name }) => name),
      ["board-1", "board-3"],
    );

    const refused = await ask(dir, "cable", "pull", "board-9");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /There is no machine board-9. There are: board-1, board-3, server-1\./);
    const second = await tryRun(process.execPath, [upWithStandIns, dir]);
    assert.equal(second.code, 1);
    assert.match(
      second.stderr,
      new RegExp(`in use by another kubus up \\(pid ${String(cluster.process.pid)}\\)`),
    );

    const processes = processesOf(dir);
    await must(dir, "down");
    await until("up to end", () => cluster.process.exitCode === 0);
    await isGone(dir, processes);
  });

  test("two clusters side by side; one is killed, cleaned and started again, the other does not notice", async () => {
    const [one, two] = [up(join(root, "one"), 1), up(join(root, "two"), 1)];
    await Promise.all([one.ready(), two.ready()]);
    const before = await status(two.dir);
    const killed = processesOf(one.dir);
    one.process.kill("SIGKILL");
    await once(one.process, "exit");
    assert.equal(killed.every(isAlive), true, "what up started outlives it");

    assert.match(await must(one.dir, "down"), /nothing of the cluster is left running/);
    await isGone(one.dir, killed);
    assert.deepEqual(await status(two.dir), before);

    const again = up(one.dir);
    await again.ready();
    const remains = processesOf(one.dir);
    again.process.kill("SIGKILL");
    await once(again.process, "exit");
    const third = up(one.dir);
    await third.ready();
    assert.deepEqual(remains.filter(isAlive), []);
    assert.deepEqual(
      (await status(one.dir)).boards.map(({ name }) => name),
      ["board-1"],
    );
    assert.deepEqual(await status(two.dir), before);

    const all = [...processesOf(one.dir), ...processesOf(two.dir)];
    await Promise.all([must(one.dir, "down"), must(two.dir, "down")]);
    await isGone(one.dir, all);
    await isGone(two.dir, all);
  });

  test("without root: plain processes, cut in their bus connection, and gone afterwards", async () => {
    const dir = join(root, "plain");
    await mkdir(dir);
    await chmod(root, 0o755);
    if (isRoot) await chown(dir, nobody, nobody);
    const cluster = up(
      dir,
      2,
      isRoot ? ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"] : [],
    );
    await cluster.ready();
    assert.match(cluster.output(), /without root there are no virtual boards/);
    await must(dir, "cable", "pull", "board-2");
    await boardIs(dir, "board-2", "not-ready");
    await must(dir, "cable", "plug", "board-2");
    await boardIs(dir, "board-2", "ready");
    await must(dir, "cable", "pull", "board-2", "--silent");
    await boardIs(dir, "board-2", "not-ready");
    await must(dir, "cable", "plug", "board-2");
    await boardIs(dir, "board-2", "ready");
    const pod = () => Number(readFileSync(join(dir, "run/board-1/agent/pod.pid"), "utf8"));
    const first = await until("the pod", () => identify(pod()));
    await must(dir, "board", "stop", "board-1");
    assert.equal(isAlive(first), false);
    await must(dir, "board", "start", "board-1");
    await boardIs(dir, "board-1", "ready");
    const processes = [...processesOf(dir), await until("the pod", () => identify(pod()))];
    cluster.process.kill("SIGKILL");
    await once(cluster.process, "exit");
    await must(dir, "down");
    await isGone(dir, processes);
  });

  test("Ctrl-C in the middle of starting leaves nothing", async () => {
    const cluster = up(join(root, "interrupted"), 3);
    await until("the first processes", () => processesOf(cluster.dir).length > 0, 20_000);
    const processes = processesOf(cluster.dir);
    cluster.process.kill("SIGINT");
    await once(cluster.process, "exit");
    await isGone(cluster.dir, processes);
    assert.equal(existsSync(layoutOf(cluster.dir).lock), false);
  });

  test("a folder of another layout and a folder of something else are refused", async () => {
    const { dir } = await import("node:fs/promises").then(async ({ mkdir, writeFile }) => {
      const foreign = join(root, "foreign");
      await mkdir(foreign);
      await writeFile(join(foreign, "version"), "7\n");
      return { dir: foreign };
    });
    const other = await tryRun(process.execPath, [upWithStandIns, dir]);
    assert.deepEqual(
      [other.code, other.stderr.includes("has layout 7, this kubus writes layout 1")],
      [1, true],
    );
    const root_ = await tryRun(process.execPath, [upWithStandIns, root]);
    assert.deepEqual([root_.code, root_.stderr.includes("is not a kubus folder and not empty")], [1, true]);
    const none = await ask(join(root, "nothing"), "status");
    assert.deepEqual([none.code, none.stderr.includes("There is no kubus cluster in")], [1, true]);
  });

  test("the control socket works in a folder with a very long path", async (t) => {
    const { askControl, serveControl } = await import("./control.ts");
    const { mkdir } = await import("node:fs/promises");
    const deep = join(root, "x".repeat(120), "y".repeat(120));
    await mkdir(deep, { recursive: true });
    const path = join(deep, "control.sock");
    const close = await serveControl(path, (request) => Promise.resolve({ asked: request.do }));
    t.after(close);
    const answer = await askControl(path, { do: "status" }, () => undefined);
    assert.deepEqual(answer?.result, { asked: "status" });
    await close();
    assert.equal(await askControl(path, { do: "status" }, () => undefined), undefined);
  });

  test("a port in use is told with what to do", async () => {
    const { startRelay } = await import("./relay.ts");
    const options = { host: "127.0.0.1", flag: "api-port", targets: () => [] };
    const first = await startRelay({ ...options, port: 0 });
    await assert.rejects(
      startRelay({ ...options, port: first.port }),
      /in use by another program.*--api-port/,
    );
    const socket = connect(first.port, "127.0.0.1");
    await once(socket, "close");
    await first.close();
  });
});

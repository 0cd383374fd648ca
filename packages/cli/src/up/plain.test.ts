/**
 * A whole cluster without root, nothing stood in for: servers, agents and pods as plain processes of an ordinary user.
 *
 * A pulled cable costs a board its pods, also silently; afterwards no process is left. As root it runs as nobody.
 */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { readyReason } from "@kubus/shared/api/node.ts";
import { findTool } from "@kubus/shared/testing/tools.ts";
import { until } from "@kubus/shared/testing/until.ts";
import { tryRun } from "../adapters/programs.ts";
import { repositoryDir } from "../build/bundles.ts";
import { layoutOf } from "../cluster/layout.ts";

const kubectl = findTool("kubectl");
const skip =
  kubectl === undefined || findTool("nats-server") === undefined ? "no nats-server or kubectl" : false;
const kubus = join(repositoryDir, "packages/cli/src/main.ts");

/** A user who may do nothing in particular. */
const nobody = 65_534;
const ordinary =
  process.geteuid?.() === 0
    ? ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", "--inh-caps=-all"]
    : [];
const deadlineMs = 30_000;

suite("kubus up without root", { skip }, () => {
  let root: string;
  let dir: string;
  let up: ChildProcess;
  let output = "";
  /** In every pod's command line. */
  const mark = `kubus-plain-pod-${process.pid}`;

  const asUser = (...words: readonly string[]) => {
    const [program = "", ...args] = [...ordinary, ...words];
    return [program, args] as const;
  };
  const must = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await tryRun(...asUser(...words), { cwd: root, env: { HOME: dir } });
    assert.equal(code, 0, `${words.join(" ")}: ${stderr}`);
    return stdout;
  };
  const steer = (...words: readonly string[]) => must(process.execPath, kubus, ...words, "--dir", dir);
  const ask = (...words: readonly string[]) =>
    must(kubectl ?? "", "--kubeconfig", layoutOf(dir).kubeconfig, ...words);
  const isReady = async (board: string) => {
    const path = `jsonpath={.status.conditions[?(@.type=="Ready")].status}`;
    return (await ask("get", "node", board, "-o", path)) === "True";
  };
  /** Where pods run that nobody has given up. */
  const places = async () => {
    const line = `{range .items[?(@.status.phase=="Running")]}{.metadata.deletionTimestamp}/{.spec.nodeName}{"\\n"}{end}`;
    const lines = (await ask("get", "pods", "-l", "app=web", "-o", `jsonpath=${line}`)).trim().split("\n");
    return lines.flatMap((each) => (each.startsWith("/") ? [each.slice(1)] : [])).toSorted();
  };
  const livingOn = (what: string, boards: readonly string[]) =>
    until(what, async () => JSON.stringify(await places()) === JSON.stringify(boards), deadlineMs);

  before(async () => {
    root = await mkdtemp(join(tmpdir(), `kubus-plain-${process.pid}-`));
    dir = join(root, "world");
    await chmod(root, 0o755);
    await mkdir(dir);
    if (ordinary.length > 0) await chown(dir, nobody, nobody);
    const flags = ["--dir", dir, "--boards", "2", "--api-port", "0", "--dashboard-port", "0"];
    up = spawn(...asUser(process.execPath, kubus, "up", ...flags), {
      cwd: root,
      env: { ...process.env, HOME: dir },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [up.stdout, up.stderr])
      stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    await until(
      "the ready line",
      () => {
        if (up.exitCode !== null) throw new Error(`up ended: ${output}`);
        return /^ready: /m.test(output);
      },
      90_000,
    );
  });
  after(async () => {
    await tryRun(...asUser(process.execPath, kubus, "down", "--dir", dir));
    await rm(root, { recursive: true, force: true });
  });

  test("says once what needs root", () => {
    assert.equal(output.match(/without root/g)?.length, 1, output);
  });

  test("pods are processes with logs and exec", async () => {
    const script = `: ${mark}; echo up as $(id -u); while :; do sleep 1; done`;
    await ask("create", "deployment", "web", "--image=host/sh", "--replicas=2", "--", "sh", "-c", script);
    await livingOn("a pod on each board", ["board-1", "board-2"]);
    const user = ordinary.length > 0 ? nobody : process.geteuid?.();
    await until("the log", async () => (await ask("logs", "deploy/web")).includes(`up as ${String(user)}\n`));
    assert.equal(await ask("exec", "deploy/web", "--", "id", "-u"), `${String(user)}\n`);
  });

  for (const how of [[], ["--silent"]])
    test(`a cable pulled ${how.join("")} costs the board its pods; plugged it is back`, async () => {
      await steer("cable", "pull", "board-2", ...how);
      await until("board-2 to be NotReady", async () => !(await isReady("board-2")), deadlineMs);
      assert.equal(await isReady("board-1"), true);
      await livingOn("both pods on board-1", ["board-1", "board-1"]);
      await steer("cable", "plug", "board-2");
      await until("board-2 to be Ready", () => isReady("board-2"), deadlineMs);
      await until("the given-up pod to be gone", () => processesNaming(mark).length === 2, deadlineMs);
      await ask("scale", "deployment/web", "--replicas=0");
      await livingOn("no pods", []);
      await ask("scale", "deployment/web", "--replicas=2");
      await livingOn("a pod on each board", ["board-1", "board-2"]);
    });

  test("a stopped agent is no dead board, a board without power is", async () => {
    await steer("board", "agent-stop", "board-2");
    const reason = `jsonpath={.status.conditions[?(@.type=="Ready")].reason}`;
    const isMissed = async () =>
      (await ask("get", "node", "board-2", "-o", reason)) === readyReason.agentStopped;
    await until("the agent to be missed", isMissed, deadlineMs);
    assert.deepEqual(await places(), ["board-1", "board-2"]);
    await steer("board", "agent-start", "board-2");
    await until("board-2 to be Ready", () => isReady("board-2"), deadlineMs);
    await steer("board", "stop", "board-2");
    assert.equal(processesNaming(mark).length, 1);
    await livingOn("both pods on board-1", ["board-1", "board-1"]);
    await steer("board", "start", "board-2");
    await until("board-2 to be Ready", () => isReady("board-2"), deadlineMs);
  });

  test("down leaves no process", async () => {
    assert.notDeepEqual(processesNaming(mark), []);
    await steer("down");
    await until("up to end", () => up.exitCode === 0);
    assert.deepEqual([...processesNaming(mark), ...processesNaming(dir)], []);
  });
});

/** Pids of programs with this in their command line; a pod's shell, not the shims around it, has the mark. */
function processesNaming(text: string): readonly string[] {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, "utf8").includes(text);
    } catch {
      return false; // It ended meanwhile.
    }
  });
}

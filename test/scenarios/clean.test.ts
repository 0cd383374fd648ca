/** After `down` nothing is left: no process, namespace, link, mount, cgroup, nft table or route. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { until } from "@kubus/shared/testing/until.ts";
import { Cluster, kubus } from "../cluster/cluster.ts";
import { needsRoot } from "../cluster/needs.ts";

const run = (command: string, ...args: string[]) => {
  try {
    return execFileSync(command, args, { stdio: ["ignore", "pipe", "ignore"] })
      .toString()
      .trim();
  } catch {
    return "";
  }
};

/** Everything that could be left behind, as text to compare. Processes: those whose command line or mounts name the folder. */
function traces(dir: string) {
  return {
    namespaces: run("ip", "netns", "list"),
    links: run("ip", "-brief", "link")
      .split("\n")
      .map((line) => line.split(" ")[0]),
    routes: run("ip", "route"),
    rules: run("nft", "list", "tables"),
    mounts: readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .filter((line) => line.includes("kubus") || line.includes(dir)),
    cgroups: run("find", "/sys/fs/cgroup", "-type", "d", "-name", "*kubus*"),
    processes: readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && belongsTo(pid, dir)),
  };
}

function belongsTo(pid: string, dir: string): boolean {
  if (Number(pid) === process.pid) return false;
  try {
    const environment = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    return environment.includes(dir) || readlinkSync(`/proc/${pid}/cwd`).startsWith(dir);
  } catch {
    return false; // It ended while we looked.
  }
}

describe("leaving nothing behind", { skip: needsRoot }, () => {
  test("after down, with pods running and a cable pulled", async () => {
    const dir = mkdtempSync(join(tmpdir(), "kubus-clean-"));
    const before = traces(dir);
    const cluster = await Cluster.up(["--boards", "2"], dir);
    await cluster.kubectl(
      "create",
      "deployment",
      "web",
      "--image=host/sleep",
      "--replicas=4",
      "--",
      "sleep",
      "100000",
    );
    await cluster.kubectl("rollout", "status", "deployment/web", "--timeout=30s");
    await cluster.kubus("cable", "pull", "board-2");
    await cluster.kubus("down");
    assert.deepEqual(traces(dir), before);
    rmSync(dir, { recursive: true });
  });

  test("after SIGKILL of up, followed by down", async () => {
    const dir = mkdtempSync(join(tmpdir(), "kubus-clean-"));
    const before = traces(dir);
    const args = ["up", "--dir", dir, "--boards", "2", "--api-port", "0", "--dashboard-port", "0"];
    const up = spawn(kubus, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    up.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    await until("it is ready", () => /^ready:/m.test(output), 120_000);
    up.kill("SIGKILL"); // The launcher has become `up`: it is the same process.
    execFileSync(kubus, ["down", "--dir", dir], { timeout: 60_000 });
    assert.deepEqual(traces(dir), before);
    rmSync(dir, { recursive: true });
  });

  test("after Ctrl-C in the middle of starting", async () => {
    const dir = mkdtempSync(join(tmpdir(), "kubus-clean-"));
    const before = traces(dir);
    const args = ["up", "--dir", dir, "--boards", "3", "--api-port", "0", "--dashboard-port", "0"];
    const up = spawn(kubus, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    await until("boards are being made", () => run("ip", "netns", "list") !== before.namespaces, 60_000);
    assert.ok(up.pid !== undefined);
    process.kill(-up.pid, "SIGINT");
    await new Promise((resolve) => up.on("close", resolve));
    assert.deepEqual(traces(dir), before);
    rmSync(dir, { recursive: true });
  });
});

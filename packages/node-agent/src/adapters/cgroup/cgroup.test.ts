import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock as clock } from "@kubus/shared/time/system-clock.ts";
import { openGroups } from "./groups.ts";
import { hierarchiesIn } from "./hierarchies.ts";
import { settingsFor, weightOf } from "./limits.ts";
import { cpuSecondsIn, workingSetIn } from "./usage.ts";

const line = (root: string, type: string, options: string) =>
  `30 24 0:26 / ${root} rw,relatime shared:5 - ${type} cgroup ${options}`;
const v2 = line("/sys/fs/cgroup", "cgroup2", "rw,nsdelegate");

test("finds the hierarchies of a Pi, of a machine with both kinds, and of an old one", () => {
  const all = () => ["cpuset", "cpu", "io", "memory", "pids"];
  assert.deepEqual(hierarchiesIn(v2, all), [
    { version: 2, root: "/sys/fs/cgroup", controllers: ["cpu", "memory", "pids"] },
  ]);
  const old = [
    line("/cg/cpu", "cgroup", "rw,cpu,cpuacct"),
    line("/cg/devices", "cgroup", "rw,devices"),
    line("/cg/freezer", "cgroup", "rw,freezer"),
  ];
  assert.deepEqual(
    hierarchiesIn([...old, v2].join("\n"), () => []).map(({ root, controllers }) => [root, controllers]),
    [
      ["/cg/cpu", ["cpu"]],
      ["/sys/fs/cgroup", []],
    ],
  );
  assert.deepEqual(
    hierarchiesIn(old.join("\n"), () => []).map(({ root }) => root),
    ["/cg/cpu", "/cg/freezer"],
  );
});

test("spells the same limits for either version", () => {
  const controllers = ["cpu", "memory", "pids"] as const;
  const limits = { cpuShares: 512, cpuMillisMax: 250, memoryBytesMax: 64, pidsMax: 9 };
  const spelled = (version: 1 | 2) =>
    settingsFor({ version, root: "/", controllers }, limits).map(({ file, value }) => `${file}=${value}`);
  assert.deepEqual(spelled(1), [
    "cpu.shares=512",
    "cpu.cfs_period_us=100000",
    "cpu.cfs_quota_us=25000",
    "memory.limit_in_bytes=64",
    "memory.memsw.limit_in_bytes=64",
    "pids.max=9",
  ]);
  assert.deepEqual(spelled(2), [
    "cpu.weight=20",
    "cpu.max=25000 100000",
    "memory.max=64",
    "memory.swap.max=0",
    "pids.max=9",
  ]);
  assert.deepEqual(settingsFor({ version: 2, root: "/", controllers }, {}), []);
  assert.deepEqual([2, 1_024, 262_144, 1, 999_999].map(weightOf), [1, 39, 10_000, 1, 10_000]);
});

test("counts time and memory in the words of either version", () => {
  const files: Readonly<Record<string, string>> = {
    "/cpu/cpuacct.usage": "2500000000",
    "/memory/memory.usage_in_bytes": "9000",
    "/memory/memory.stat": "inactive_file 1\ntotal_inactive_file 4000\ntotal_active_file 9",
    "/v2/cpu.stat": "usage_usec 1500000\nuser_usec 1000000",
    "/v2/memory.current": "7000",
    "/v2/memory.stat": "anon 5\ninactive_file 3000\nactive_file 8",
    "/hybrid/cpu.stat": "usage_usec 250000",
  };
  const read = (path: string) => files[path];
  const counted = (...folders: readonly (readonly [1 | 2, string])[]) => {
    const groups = folders.map(([version, folder]) => ({ version, folder }));
    return [cpuSecondsIn(groups, read), workingSetIn(groups, read)];
  };
  assert.deepEqual(counted([1, "/cpu"], [1, "/memory"]), [2.5, 5_000]);
  assert.deepEqual(counted([2, "/v2"]), [1.5, 4_000]);
  // Both side by side: v2 counts time, v1 has the memory.
  assert.deepEqual(counted([1, "/memory"], [2, "/hybrid"]), [0.25, 5_000]);
  assert.deepEqual(counted([2, "/hybrid"]), [0.25, undefined]);
  assert.deepEqual(counted([1, "/nothing"], [2, "/nothing"]), [undefined, undefined]);
});

/** A v2 hierarchy made of plain files: what would be written can be read. */
test("on v2 hands controllers down to the group, enters the leaf, and reads memory kills", async () => {
  const root = mkdtempSync(join(tmpdir(), `kubus-cgroup-${process.pid}-`));
  const groups = openGroups({
    parent: "kubus/board-1",
    clock,
    hierarchies: [{ version: 2, root, controllers: ["cpu", "memory"] }],
  });
  assert.deepEqual(groups.limitations, [
    "The kernel has no pids control group controller: limits on it are not enforced.",
  ]);
  await groups.make("pods/u", { memoryBytesMax: 1_000 });
  await groups.make("pods/u/main.0", { cpuMillisMax: 500 });
  const text = (path: string) => readFileSync(join(root, path), "utf8");
  for (const above of ["", "kubus", "kubus/board-1", "kubus/board-1/pods", "kubus/board-1/pods/u"])
    assert.equal(text(join(above, "cgroup.subtree_control")), "+cpu +memory");
  assert.equal(text("kubus/board-1/pods/u/memory.max"), "1000");
  assert.equal(text("kubus/board-1/pods/u/main.0/cpu.max"), "50000 100000");
  const leaf = join(root, "kubus/board-1/pods/u/main.0");
  assert.deepEqual(groups.entries("pods/u/main.0"), [join(leaf, "cgroup.procs")]);

  assert.equal(groups.outOfMemory("pods/u/main.0"), false);
  writeFileSync(join(leaf, "memory.events"), "low 0\noom 3\noom_kill 1\n");
  assert.equal(groups.outOfMemory("pods/u/main.0"), true);
  mkdirSync(join(leaf, "exec-1"));
  writeFileSync(join(leaf, "cgroup.kill"), "");
  await groups.kill("pods/u/main.0");
  assert.equal(text("kubus/board-1/pods/u/main.0/cgroup.kill"), "1");
  rmSync(root, { recursive: true });
});

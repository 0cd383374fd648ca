import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, totalmem, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { realHost } from "./host.ts";
import { bootIdOf } from "./identity.ts";
import { allProcesses, memoryOfProcesses, processTimesIn } from "./processes.ts";

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), `kubus-host-${process.pid}-`));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const hostIn = (folder: string, machineShare: number) =>
  realHost({
    stateDir: folder,
    runDir: folder,
    cgroupParent: `kubus-none-${process.pid}`,
    machineShare,
    sysfsRoot: "/sys",
  });

test("tells the machine's own figures, and a share of them where boards share it", () =>
  inFolder(async (folder) => {
    const whole = await hostIn(folder, 1).capacity();
    const half = await hostIn(folder, 2).capacity();
    assert.equal(whole.cpuMillis, availableParallelism() * 1_000);
    assert.equal(whole.memoryBytes, totalmem());
    assert.equal(half.cpuMillis * 2, whole.cpuMillis);
    assert.ok(Math.abs(half.memoryBytes * 2 - whole.memoryBytes) <= 2);
    const vitals = await hostIn(folder, 2).vitals();
    assert.ok(vitals.memoryAvailableBytes > 0 && vitals.memoryAvailableBytes <= half.memoryBytes);
    assert.ok(vitals.diskAvailableBytes <= half.diskBytes);
    assert.ok(vitals.uptimeSeconds > 0);
    assert.ok((vitals.pidsUsed ?? 1) < (vitals.pidsMax ?? 2));
  }));

test("measures the processors between two looks", () =>
  inFolder(async (folder) => {
    const host = hostIn(folder, 1);
    await host.vitals();
    const end = performance.now() + 60;
    while (performance.now() < end);
    const { cpuUsed } = await host.vitals();
    assert.ok(cpuUsed > 0 && cpuUsed <= 1, String(cpuUsed));
  }));

test("a board keeps its boot's name until its run folder is gone", () =>
  inFolder(async (folder) => {
    const runDir = join(folder, "run");
    const first = await bootIdOf(runDir);
    assert.equal(await bootIdOf(runDir), first);
    await rm(runDir, { recursive: true });
    assert.notEqual(await bootIdOf(runDir), first);
  }));

test("reads whose a process is and what time it took, whatever its name is", () => {
  const stat =
    "77 (a) b (c) S 1 70 65 0 -1 4194560 9 9 0 0 120 30 1000 50 20 0 1 0 4242 1000 10 18446744073709551615";
  assert.deepEqual(processTimesIn(stat), { pid: 77, session: 65, cpuSeconds: 12 });
  assert.equal(processTimesIn(""), undefined);
  const own = allProcesses().find(({ pid }) => pid === process.pid);
  assert.ok(own !== undefined && own.cpuSeconds > 0);
  assert.ok(memoryOfProcesses([process.pid]) > 1024 * 1024);
  assert.equal(memoryOfProcesses([0x7fff_fff0]), 0);
});

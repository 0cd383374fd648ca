import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { logTo } from "@kubus/shared/log/log.ts";
import { fileRecords } from "./records.ts";

const aPod = (uid: string) =>
  ({ metadata: { name: "web", uid }, spec: { containers: [] } }) as unknown as Pod;

test("remembers pods and addresses over restarts, and leaves out what it cannot read", async () => {
  const folder = await mkdtemp(join(tmpdir(), `kubus-records-${process.pid}-`));
  const lines: string[] = [];
  const log = logTo((line) => void lines.push(line), { now: () => 0, level: "warn" });
  const open = () => fileRecords(join(folder, "state"), log);
  try {
    assert.deepEqual(await open().pods(), []);
    assert.equal(await open().podCidr(), undefined);
    await open().savePod(aPod("a"));
    await open().savePod(aPod("b"));
    await open().savePodCidr("10.1.2.0/24");
    await open().removePod("a");
    await open().removePod("never there");
    await writeFile(join(folder, "state", "pods", "c.json"), '{"metadata":');
    await writeFile(join(folder, "state", "pods", "d.json.new"), "{}");
    assert.deepEqual(await open().pods(), [aPod("b")]);
    assert.equal(await open().podCidr(), "10.1.2.0/24");
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /record.unreadable uid=c/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** A disk without room: writes are refused at once and say why, reads and pods go on, and room heals it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { until } from "@kubus/shared/testing/until.ts";
import { Cluster } from "../cluster/cluster.ts";
import { needsRoot } from "../cluster/needs.ts";

const diskSize = "128m";
const blockBytes = 64 * 1024;
const configMaps = "/api/v1/namespaces/default/configmaps";

/** Writes until nothing fits any more. */
function fill(path: string): void {
  const file = openSync(path, "w");
  const block = Buffer.alloc(blockBytes);
  try {
    for (;;) if (writeSync(file, block) < blockBytes) break;
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
  } finally {
    closeSync(file);
  }
}

describe("a full disk", { skip: needsRoot }, () => {
  const disk = mkdtempSync(join(tmpdir(), "kubus-disk-"));
  let cluster: Cluster;
  before(async () => {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${diskSize}`, "kubus-test-disk", disk]);
    cluster = await Cluster.up(["--boards", "1"], join(disk, "cluster"));
    await cluster.kubectl("create", "deployment", "steady", "--image=host/sleep", "--", "sleep", "100000");
    await cluster.kubectl("rollout", "status", "deployment/steady", "--timeout=30s");
  });
  after(async () => {
    await cluster.down();
    await until("the disk is free", () => {
      try {
        execFileSync("umount", [disk], { stdio: "ignore" });
        return true;
      } catch {
        return false; // A process of the cluster is just ending.
      }
    });
    rmSync(disk, { recursive: true });
  });

  test("refuses writes at once and says why; pods go on; room heals it; nothing acknowledged is lost", async () => {
    const pods = async () =>
      (await cluster.kubectl("get", "pods", "-o", "jsonpath={.items[*].status}")).stdout;
    const earlier = await pods();
    const create = (name: string, bytes: number) =>
      cluster.api<{ message: string }>("POST", configMaps, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name },
        data: { text: "x".repeat(bytes) },
      });
    assert.equal((await create("before", 10)).status, 201);
    fill(join(disk, "filler"));
    const refused = await create("too-much", blockBytes);
    assert.equal(refused.status, 500);
    assert.match(refused.body.message, /disk is full: nothing was written/);
    assert.equal((await cluster.api("GET", `${configMaps}/before`)).status, 200);
    assert.equal(await pods(), earlier);
    rmSync(join(disk, "filler"));
    await until("writes are taken again", async () => (await create("after", 10)).status === 201);
    assert.equal((await cluster.api("GET", `${configMaps}/before`)).status, 200);
    assert.equal((await cluster.api("GET", `${configMaps}/too-much`)).status, 404);
    assert.equal(await pods(), earlier);
  });
});

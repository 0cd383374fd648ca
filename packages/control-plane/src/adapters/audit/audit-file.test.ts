import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { silentLog } from "@kubus/shared/log/log.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { openAuditFile } from "./audit-file.ts";

function aPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "kubus-audit-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, "audit.log");
}

const idsIn = (path: string): readonly number[] =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { readonly id: number }).id);

test("keeps every event in order, for the owner's eyes only", async (t) => {
  const path = aPath(t);
  for (const ids of [[1, 2, 3], [4]]) {
    const file = openAuditFile({ path, clock: systemClock, log: silentLog });
    for (const id of ids) file.write({ id });
    await file.close();
  }
  assert.deepEqual(idsIn(path), [1, 2, 3, 4]);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test("begins anew when it is full, and keeps the one before", async (t) => {
  const path = aPath(t);
  const file = openAuditFile({ path, clock: systemClock, log: silentLog, bytesMax: 40 });
  for (let id = 1; id <= 9; id += 1) {
    file.write({ id });
    await file.close();
  }
  assert.deepEqual([idsIn(`${path}.1`), idsIn(path)], [[5, 6, 7, 8], [9]]);
});

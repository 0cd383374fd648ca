/** Volumes as folders and mounts. With root, on the real kernel. */
import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readlink, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { VolumeFile, VolumeStore } from "../../ports/volume-store.ts";
import { undoing } from "../../testing/undo.ts";
import { mountinfo, mountsBelow, removeFolder, unmountBelow } from "../process/mounts.ts";
import { openVolumeStore } from "./volume-store.ts";

const needsRoot = process.getuid?.() === 0 ? false : "Mounting needs root.";
const file = (path: string, text: string, more: Partial<VolumeFile> = {}): VolumeFile => ({
  path,
  data: new TextEncoder().encode(text),
  mode: 0o644,
  ...more,
});

describe("volume store", { skip: needsRoot }, () => {
  const id = { podUid: "uid-1", volume: "conf" };
  let dir: string;
  let store: VolumeStore;
  let clean: () => Promise<void>;
  const open = () => openVolumeStore({ runDir: join(dir, "run"), stateDir: join(dir, "state") });
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), `kubus-volumes-${process.pid}-`));
    clean = undoing(async () => {
      await unmountBelow(dir);
      await removeFolder(dir);
    });
    store = await open();
  });
  afterEach(() => clean());

  test("shows files through links that change all at once", async () => {
    await store.put(id, [file("a", "1"), file("deep/er/b", "2", { mode: 0o400, uid: 1_000 })]);
    const path = await store.pathOf(id);
    const first = await readlink(join(path, "..data"));
    assert.deepEqual(
      readdirSync(path).filter((name) => !/^\.\.\d/.test(name)),
      ["..data", "a", "deep"],
    );
    assert.equal(await readlink(join(path, "a")), "..data/a");
    assert.equal(readFileSync(join(path, "deep/er/b"), "utf8"), "2");
    const { mode, uid } = statSync(join(path, "deep/er/b"));
    assert.deepEqual([mode & 0o777, uid], [0o400, 1_000]);
    assert.equal(statSync(join(path, "deep")).mode & 0o777, 0o755);

    await store.put(id, [file("a", "1"), file("deep/er/b", "2", { mode: 0o400, uid: 1_000 })]);
    assert.equal(await readlink(join(path, "..data")), first, "nothing changed, nothing was written");

    await store.put(id, [file("a", "one"), file("c", "3")]);
    const next = await readlink(join(path, "..data"));
    assert.notEqual(next, first);
    assert.deepEqual(readdirSync(path).sort(), [next, "..data", "a", "c"].sort());
    assert.equal(readFileSync(join(path, "a"), "utf8"), "one");
  });

  test("gives a group what it may read, and writable folders to it", async () => {
    await store.put(id, [file("a", "1", { mode: 0o600 })], 2_000);
    const { mode, gid } = statSync(join(await store.pathOf(id), "a"));
    assert.deepEqual([mode & 0o777, gid], [0o640, 2_000]);
    const scratch = { ...id, volume: "scratch" };
    await store.makeFolder(scratch, { medium: "disk", gid: 2_000 });
    const folder = statSync(await store.pathOf(scratch));
    assert.deepEqual([folder.mode & 0o7777, folder.gid], [0o2777, 2_000]);
  });

  test("keeps what is projected off the disk, and memory within its limit", async () => {
    await store.put(id, [file("token", "secret")]);
    const memory = { ...id, volume: "memory" };
    await store.makeFolder(memory, { medium: "memory", sizeBytesMax: 1_048_576 });
    await store.makeFolder(memory, { medium: "memory", sizeBytesMax: 1_048_576 });
    const path = await store.pathOf(memory);
    assert.equal(mountsBelow(mountinfo(), path).length, 1);
    assert.throws(() => writeFileSync(join(path, "big"), Buffer.alloc(2_097_152)), { code: "ENOSPC" });
    assert.notEqual((await stat(await store.pathOf(id))).dev, (await stat(join(dir, "state"))).dev);
  });

  test("finds everything again after the agent was killed, and leaves nothing of a removed pod", async () => {
    await store.put(id, [file("a", "1")]);
    await store.makeFolder({ ...id, volume: "memory" }, { medium: "memory" });
    await store.makeFolder({ ...id, volume: "disk" }, { medium: "disk" });
    await store.subPathOf({ id: { ...id, volume: "disk" }, path: "part", user: "main/0" });
    const again = await open();
    assert.equal(await again.isThere(id), true);
    assert.deepEqual(await again.pods(), ["uid-1"]);
    await again.remove("uid-1");
    assert.deepEqual(await again.pods(), []);
    assert.deepEqual(mountsBelow(mountinfo(), dir), [join(dir, "run", "volumes")]);
    await again.remove("uid-1");
  });

  test("a part of a volume never leads out of it", async () => {
    const scratch = { ...id, volume: "scratch" };
    await store.makeFolder(scratch, { medium: "disk" });
    const path = await store.pathOf(scratch);
    mkdirSync(join(path, "real"));
    writeFileSync(join(path, "real", "file"), "inside");
    symlinkSync("real", join(path, "inner"));
    symlinkSync(dir, join(path, "outer"));
    const part = (sub: string, user = "main/0") => store.subPathOf({ id: scratch, path: sub, user });
    assert.equal(readFileSync(join(await part("inner"), "file"), "utf8"), "inside");
    assert.equal(readFileSync(await part("inner/file"), "utf8"), "inside");
    assert.deepEqual(readdirSync(await part("new/folder")), []);
    assert.deepEqual(readdirSync(join(path, "new")), ["folder"]);
    await assert.rejects(part("outer/state"), /leads out of its volume/);
    await assert.rejects(part("outer/unknown"), /leads out of its volume/);
    await assert.rejects(part("../x"), /must not hold/);
    await store.put(id, [file("a", "1")]);
    assert.equal(readFileSync(await store.subPathOf({ id, path: "a", user: "main/1" }), "utf8"), "1");
  });
});

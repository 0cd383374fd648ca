/** Persistent volumes and paths of the board: made, mounted, deleted. With root, on the real kernel. */
import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { PathType, VolumeStore } from "../../ports/volume-store.ts";
import { undoing } from "../../testing/undo.ts";
import { removeFolder, unmountBelow } from "../process/mounts.ts";
import { run } from "../shim/run-program.ts";
import { openVolumeStore } from "./volume-store.ts";

const needsRoot = process.getuid?.() === 0 ? false : "Mounting needs root.";

describe("persistent volumes and paths of the board", { skip: needsRoot }, () => {
  const id = { podUid: "uid-1", volume: "data" };
  let dir: string;
  let store: VolumeStore;
  let clean: () => Promise<void>;
  const own = (name: string) => join(dir, "state", "persistent-volumes", name);
  const shared = () => join(dir, "shared");
  const open = () =>
    openVolumeStore({ runDir: join(dir, "run"), stateDir: join(dir, "state"), sharedFolder: shared() });
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), `kubus-claims-${process.pid}-`));
    clean = undoing(async () => {
      await unmountBelow(dir);
      await removeFolder(dir);
    });
    mkdirSync(shared());
    store = await open();
  });
  afterEach(() => clean());

  test("a volume's folder is made at its first use, everybody's to write, and stays after the pod", async () => {
    await store.link(id, { path: own("pvc-1"), type: "volume" });
    assert.equal(statSync(own("pvc-1")).mode & 0o7777, 0o777);
    writeFileSync(join(await store.pathOf(id), "a"), "kept");
    await (await open()).link({ ...id, podUid: "uid-2" }, { path: own("pvc-1"), type: "volume" });
    await store.remove("uid-1");
    assert.equal(await store.isLinked(id), false);
    assert.equal(readFileSync(join(await store.pathOf({ ...id, podUid: "uid-2" }), "a"), "utf8"), "kept");
    assert.deepEqual(await store.pods(), ["uid-2"]);
  });

  test("a group that is asked for owns all of a volume, and what is made in it later", async () => {
    mkdirSync(own("pvc-1"), { recursive: true });
    writeFileSync(join(own("pvc-1"), "a"), "", { mode: 0o600 });
    await store.link(id, { path: own("pvc-1"), type: "volume", gid: 2_000 });
    const [folder, found] = [statSync(own("pvc-1")), statSync(join(own("pvc-1"), "a"))];
    assert.deepEqual([folder.gid, folder.mode & 0o7777], [2_000, 0o2777]);
    assert.deepEqual([found.gid, found.mode & 0o777], [2_000, 0o660]);
  });

  test("a part of a volume is mounted as a part of any other", async () => {
    await store.link(id, { path: own("pvc-1"), type: "volume" });
    const part = await store.subPathOf({ id, path: "deep/er", user: "main/0" });
    writeFileSync(join(part, "a"), "here");
    assert.equal(readFileSync(join(own("pvc-1"), "deep", "er", "a"), "utf8"), "here");
  });

  test("a volume is deleted with all that is in it, but never what a link in it leads to", async () => {
    const outside = join(dir, "outside");
    writeFileSync(outside, "stays");
    await store.link(id, { path: own("pvc-1"), type: "volume" });
    symlinkSync(outside, join(own("pvc-1"), "link"));
    symlinkSync(dir, join(own("pvc-1"), "folder"));
    await assert.rejects(store.deleteVolume(own("pvc-1")), /is used by a pod on this board/);
    await store.remove("uid-1");
    await store.deleteVolume(own("pvc-1"));
    await store.deleteVolume(own("pvc-1"));
    assert.deepEqual(readdirSync(join(dir, "state", "persistent-volumes")), []);
    assert.equal(readFileSync(outside, "utf8"), "stays");
  });

  test("nothing is deleted or made outside the folders for volumes, by whatever way", async () => {
    mkdirSync(own("pvc-1/deep"), { recursive: true });
    mkdirSync(join(dir, "outside"));
    symlinkSync(join(dir, "outside"), own("link"));
    const paths = [
      join(dir, "outside"),
      own("pvc-1/deep"),
      own(".."),
      `${own("pvc-1")}/../../volumes`,
      own("."),
      own(""),
      own("pvc-1/"),
      own("link"),
      `${shared()}/../outside`,
    ];
    for (const path of paths) {
      await assert.rejects(store.deleteVolume(path), /not in this board's folders|is no folder/, path);
      await assert.rejects(store.link(id, { path, type: "volume" }), Error, path);
    }
    assert.deepEqual(readdirSync(dir).toSorted(), ["outside", "run", "shared", "state"]);
    assert.deepEqual(readdirSync(own("")).toSorted(), ["link", "pvc-1"]);
  });

  test("a volume in which something is mounted is not deleted", async () => {
    mkdirSync(own("pvc-1/inside"), { recursive: true });
    const elsewhere = join(dir, "elsewhere");
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, "a"), "safe");
    await run("mount", ["--bind", elsewhere, own("pvc-1/inside")]);
    await assert.rejects(store.deleteVolume(own("pvc-1")), /something is mounted in/);
    assert.equal(readFileSync(join(elsewhere, "a"), "utf8"), "safe");
  });

  test("a shared folder that is not there is not made: it would be this board's alone", async () => {
    rmdirSync(shared());
    await assert.rejects(store.link(id, { path: join(shared(), "pvc-1"), type: "volume" }), /is not there/);
    await assert.rejects(store.deleteVolume(join(shared(), "pvc-1")), /is not there/);
  });

  test("a path of the board is of the type that is asked for, or made", async () => {
    const at = (name: string) => join(dir, name);
    writeFileSync(at("file"), "text");
    const tried = async (name: string, type: PathType) => {
      try {
        await store.link({ podUid: "uid-1", volume: `v-${name}` }, { path: at(name), type });
        return statSync(at(name)).isDirectory() ? "folder" : "file";
      } catch (error) {
        return String(error);
      }
    };
    assert.equal(await tried("file", "File"), "file");
    assert.equal(await tried("file", ""), "file");
    assert.equal(await tried("new-file", "FileOrCreate"), "file");
    assert.equal(await tried("new/folder", "DirectoryOrCreate"), "folder");
    assert.equal(await tried("any", ""), "folder");
    assert.match(await tried("file", "Directory"), /hostPath type check failed: .*file is not a directory/);
    assert.match(await tried("none", "File"), /hostPath type check failed: .*none is not a file/);
    assert.match(await tried("file", "Socket"), /is not a socket file/);
    assert.equal(await store.pathOf({ podUid: "uid-1", volume: "v-file" }), at("file"));
  });
});

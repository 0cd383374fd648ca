import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { mountLines, placeIn } from "./places.ts";

describe("places of mounts", () => {
  let dir: string;
  const layers = () => ({ upper: join(dir, "upper"), lower: [join(dir, "top"), join(dir, "board")] });
  const root = "/root of it";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), `kubus-places-${process.pid}-`));
    for (const path of ["upper", "top/etc", "board/etc/conf", "board/var", "board/run", "volume", "inner"])
      mkdirSync(join(dir, path), { recursive: true });
    symlinkSync("/run", join(dir, "board/var/run"));
    symlinkSync("../../outside", join(dir, "board/etc/up"));
    symlinkSync("round", join(dir, "board/round"));
    writeFileSync(join(dir, "board/etc/hosts"), "");
    writeFileSync(join(dir, "file"), "");
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  test("links are followed as the container sees them", () => {
    assert.equal(placeIn(layers(), "/var/run/secrets/x"), "/run/secrets/x");
    assert.equal(placeIn(layers(), "var//./run/../lib"), "/lib");
    assert.equal(placeIn(layers(), "/etc/up/x"), "/outside/x");
    assert.throws(() => placeIn(layers(), "/round/x"), /too many links/);
    assert.throws(() => placeIn(layers(), "/"), /nothing can be mounted/);
  });

  test("points are made where there are none, with the modes of the board's own folders", async () => {
    chmodSync(join(dir, "board/run"), 0o711);
    const lines = await mountLines(
      [
        { hostPath: join(dir, "volume"), containerPath: "/var/run/secrets/x", readOnly: true },
        { hostPath: join(dir, "file"), containerPath: "/etc/conf/file", readOnly: false },
        { hostPath: join(dir, "file"), containerPath: "/etc/hosts", readOnly: false },
      ],
      { root, layers: layers() },
    );
    assert.deepEqual(lines, [
      `${dir}/file /root\\040of\\040it/etc/hosts none bind`,
      `${dir}/volume /root\\040of\\040it/run/secrets/x none bind,ro`,
      `${dir}/file /root\\040of\\040it/etc/conf/file none bind`,
    ]);
    assert.equal(statSync(join(dir, "upper/run")).mode & 0o777, 0o711);
    assert.ok(statSync(join(dir, "upper/run/secrets/x")).isDirectory());
    assert.ok(statSync(join(dir, "upper/etc/conf/file")).isFile());
    assert.equal(existsSync(join(dir, "upper/etc/hosts")), false, "it was there");
  });

  test("a mount within another has its point there, and never behind a link", async () => {
    const outer = { hostPath: join(dir, "volume"), containerPath: "/data", readOnly: false };
    const inner = { hostPath: join(dir, "inner"), containerPath: "/data/a/b", readOnly: false };
    const lines = await mountLines([inner, outer], { root, layers: layers() });
    assert.match(lines[0] ?? "", /volume/);
    assert.ok(existsSync(join(dir, "volume/a/b")));
    symlinkSync(dir, join(dir, "volume/link"));
    const bad = { ...inner, containerPath: "/data/link/b" };
    await assert.rejects(mountLines([outer, bad], { root, layers: layers() }), /no place for a mount/);
    assert.equal(existsSync(join(dir, "b")), false);
  });
});

/**
 * The launcher in folders of its own, with stand-ins for npm and Node: what it installs, when, and what it refuses.
 *
 * The real installation from the network is part of the end-to-end tests.
 */
import assert from "node:assert/strict";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, beforeEach, suite, test } from "node:test";
import { tryRun } from "./adapters/programs.ts";
import { repositoryDir } from "./build/bundles.ts";

suite("the launcher", () => {
  let root: string;
  let checkout: string;
  let bin: string;
  const arch = process.arch === "arm64" ? "arm64" : "x64";

  before(async () => {
    root = await mkdtemp(join(tmpdir(), `kubus-launcher-${process.pid}-`));
  });
  after(() => rm(root, { recursive: true, force: true }));

  const script = async (path: string, text: string) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `#!/bin/sh\n${text}\n`);
    await chmod(path, 0o755);
  };

  beforeEach(async () => {
    await rm(root, { recursive: true, force: true });
    [checkout, bin] = [join(root, "check out"), join(root, "bin")];
    await mkdir(checkout, { recursive: true });
    await copyFile(join(repositoryDir, "kubus"), join(checkout, "kubus"));
    await writeFile(join(checkout, "package-lock.json"), "{}");
    for (const name of [
      "sh",
      "readlink",
      "dirname",
      "uname",
      "getconf",
      "cksum",
      "cat",
      "id",
      "flock",
      "mkdir",
      "echo",
      "cp",
      "chmod",
    ])
      await linkProgram(name);
    await script(join(bin, "node"), '[ "$1" = -p ] && echo 20 || echo old node');
    // What npm would bring: Node 24, and npm's own record that it finished.
    await script(
      join(bin, "npm"),
      `echo "npm $*" >> '${root}/npm.log'; mkdir -p node_modules/node-linux-${arch}/bin
cp '${root}/node24' node_modules/node-linux-${arch}/bin/node; : > node_modules/.package-lock.json`,
    );
    await script(join(root, "node24"), 'echo "24: $*"');
  });

  const linkProgram = async (name: string) => {
    await mkdir(bin, { recursive: true });
    const { stdout } = await tryRun("sh", ["-c", `command -v -- "$1"`, "sh", name]);
    if (stdout.startsWith("/")) await symlink(stdout.trim(), join(bin, name));
  };
  const launch = (options: { readonly cwd?: string; readonly path?: string } = {}) =>
    tryRun(join(bin, "sh"), [options.path ?? join(checkout, "kubus"), "status", "--dir", "a b"], {
      cwd: options.cwd ?? root,
      env: { PATH: bin },
    });
  const installations = async () =>
    (await readFile(join(root, "npm.log"), "utf8").catch(() => "")).split("\n").filter(Boolean).length;

  test("installs once, says so, and runs with the Node that came along", async () => {
    const first = await launch();
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^24: .*check out\/packages\/cli\/src\/main\.ts status --dir a b\n$/);
    assert.match(first.stderr, /installing packages/);
    const second = await launch({ cwd: "/" });
    assert.deepEqual([second.code, second.stderr, second.stdout], [0, "", first.stdout]);
    assert.equal(await installations(), 1);
  });

  test("installs again when the lock file changed, but never under a developer's feet", async () => {
    await launch();
    await writeFile(join(checkout, "package-lock.json"), '{"changed":1}');
    await launch();
    assert.equal(await installations(), 2);
    await mkdir(join(checkout, "node_modules", "typescript"));
    await writeFile(join(checkout, "package-lock.json"), '{"changed":2}');
    assert.equal((await launch()).code, 0);
    assert.equal(await installations(), 2);
  });

  test("works through a symlink from anywhere", async () => {
    await symlink(join(checkout, "kubus"), join(bin, "kubus"));
    assert.match((await launch({ cwd: "/", path: join(bin, "kubus") })).stdout, /check out\/packages\/cli/);
  });

  test("prefers the machine's Node when it is new enough", async () => {
    await script(join(bin, "node"), '[ "$1" = -p ] && echo 26 || echo "26: $*"');
    assert.match((await launch()).stdout, /^26: /);
  });

  test("two at once install once", async () => {
    const both = await Promise.all([launch(), launch()]);
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
    );
    assert.equal(await installations(), 1);
  });

  test("says what is missing", async () => {
    await script(join(bin, "npm"), "echo no network >&2; exit 1");
    assert.match((await launch()).stderr, /no network\nkubus: npm ci failed in .*Nothing was started/);
    await rm(join(bin, "npm"));
    const without = await launch();
    assert.deepEqual([without.code, without.stderr.includes("apt-get install npm")], [1, true]);
    await rm(join(bin, "uname"));
    await script(join(bin, "uname"), "echo armv7l");
    const small = await launch();
    assert.deepEqual([small.code, small.stderr.includes("(armv7l) is not supported")], [1, true]);
  });
});

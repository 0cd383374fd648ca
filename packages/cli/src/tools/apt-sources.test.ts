import assert from "node:assert/strict";
import { test } from "node:test";
import { archiveOf, sourceLines } from "./apt-sources.ts";

const deb822 = `Types: deb
# a snapshot
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /keys/archive.gpg

Types: deb
URIs: http://mirror.test/security
Suites: bookworm-security
Components: main
`;

test("reads the new format and adds the next release on Debian 12", () => {
  const source = archiveOf(["deb http://other.test/tools stable main\n", deb822], "bookworm");
  assert.deepEqual(source, {
    uri: "http://mirror.test/debian",
    components: ["main"],
    signedBy: "/keys/archive.gpg",
  });
  assert.deepEqual(sourceLines(source, "bookworm"), [
    "deb [signed-by=/keys/archive.gpg] http://mirror.test/debian bookworm main",
    "deb [signed-by=/keys/archive.gpg] http://mirror.test/debian trixie main",
  ]);
});

test("reads the old format, options and all", () => {
  const text =
    "# deb http://no.test x main\ndeb [arch=arm64 signed-by=/k.gpg] http://ports.test/ubuntu noble main restricted universe\n";
  const source = archiveOf([text], "noble");
  assert.ok(source);
  assert.deepEqual(sourceLines(source, "noble"), [
    "deb [signed-by=/k.gpg] http://ports.test/ubuntu noble main universe",
  ]);
});

test("a machine without its release's archive has none", () => {
  assert.equal(archiveOf([deb822], "trixie"), undefined);
  assert.equal(archiveOf([], "bookworm"), undefined);
});

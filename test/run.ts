/**
 * All tests: those of the packages first (units, machines, contracts), then the scenarios on real clusters, one
 * after the other, because two clusters on a small machine would measure each other.
 */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { prepare } from "./prepare.ts";

interface Ring {
  readonly name: string;
  readonly files: readonly string[];
  readonly atOnce: number;
}

const rings: readonly Ring[] = [
  {
    name: "packages",
    files: [
      "packages/*/src/**/*.test.ts",
      "test/*.test.ts",
      "test/{docs,dashboard,walkthrough}/**/*.test.ts",
    ],
    atOnce: 2,
  },
  { name: "scenarios", files: ["test/scenarios/*.test.ts"], atOnce: 1 },
];

const wanted = process.argv.slice(2);
for (const line of await prepare()) console.log(line);
let failed = false;
for (const { name, files, atOnce } of rings) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const found = globSync([...files]);
  console.log(`\n${name}: ${found.length} files`);
  const flags = ["--test", `--test-concurrency=${atOnce}`, "--test-reporter=spec"];
  const { status } = spawnSync(process.execPath, [...flags, ...found], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;

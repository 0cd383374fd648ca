/**
 * `npm run check`: types, lint, format, layers, dead code, generated pages, tidiness, in about a minute.
 *
 * The checks run side by side, as many as there are cores; each one's output is shown only when it fails. With names
 * (`npm run check types lint`) only those run.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = `${repository}/node_modules`;

interface Check {
  readonly name: string;
  readonly arguments: readonly string[];
}

const sources = ["packages", "test", "bench"];

/** The slow ones first, so that the cores end together. */
const checks: readonly Check[] = [
  // No cache: rules that know types depend on more than the file that they judge.
  { name: "lint", arguments: [`${modules}/eslint/bin/eslint.js`, ...sources] },
  { name: "types", arguments: [`${modules}/typescript/bin/tsc`] },
  {
    name: "types of the page",
    arguments: [`${modules}/typescript/bin/tsc`, "-p", "packages/dashboard/src/page"],
  },
  {
    name: "format",
    arguments: [
      `${modules}/prettier/bin/prettier.cjs`,
      "--check",
      "--log-level=warn",
      "packages/*/src/**/*.{ts,css}",
      "test/**/*.ts",
      "bench/**/*.ts",
      "*.{js,json}",
      "!**/generated/**",
    ],
  },
  {
    name: "layers",
    arguments: [
      `${modules}/dependency-cruiser/bin/dependency-cruiser.mjs`,
      "--config",
      "dependency-cruiser.config.js",
      ...sources,
    ],
  },
  { name: "dead code", arguments: [`${modules}/knip/bin/knip.js`, "--no-progress", "--no-config-hints"] },
  { name: "docs", arguments: ["test/docs/generate.ts", "--check"] },
  { name: "tidy", arguments: ["--test", "--test-reporter=dot", "test/tidy.test.ts"] },
];

interface Outcome {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
  readonly output: string;
}

function run({ name, arguments: given }: Check): Promise<Outcome> {
  const start = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, given, { cwd: repository, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    const end = (passed: boolean, output: string) =>
      resolve({ name, passed, seconds: (performance.now() - start) / 1_000, output });
    child.on("error", (error) => end(false, error.message));
    child.on("close", (code) => end(code === 0, Buffer.concat(chunks).toString("utf8")));
  });
}

function report({ name, passed, seconds, output }: Outcome): void {
  console.log(`${passed ? "ok  " : "FAIL"} ${name.padEnd(18)} ${seconds.toFixed(1).padStart(5)} s`);
  if (!passed) console.log(output.replace(/^/gm, "     "));
}

/** Takes the next check until none is left. */
async function work(queue: Check[], outcomes: Outcome[]): Promise<void> {
  for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
    const outcome = await run(check);
    outcomes.push(outcome);
    report(outcome);
  }
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(
    `No such check: ${unknown.join(", ")}. There are: ${checks.map(({ name }) => name).join(", ")}.`,
  );
  process.exit(2);
}
const queue = checks.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const outcomes: Outcome[] = [];
await Promise.all(Array.from({ length: availableParallelism() }, () => work(queue, outcomes)));
const failed = outcomes.filter(({ passed }) => !passed).map(({ name }) => name);
console.log(failed.length === 0 ? "Everything is in order." : `Not in order: ${failed.join(", ")}.`);
process.exitCode = failed.length === 0 ? 0 : 1;

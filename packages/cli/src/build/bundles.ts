/**
 * Bundles of what runs for long: `server.js`, `agent.js` and the workers that they start.
 *
 * Type stripping costs 18 MB and 30 ms a process, so `up` and boards run these. A folder is named by the
 * hash of all it was made from and appears whole or not at all; several builds at once do no harm.
 *
 * A worker is any `worker.ts` in a folder of adapters: `adapters/detector/worker.ts` becomes
 * `detector-worker.js` beside the bundle that starts it.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { glob, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { systemClock } from "@kubus/shared/time/system-clock.ts";

export interface Bundles {
  readonly dir: string;
  readonly server: string;
  readonly agent: string;
  /** Whether this call made them. */
  readonly fresh: boolean;
}

/** A bundle that nobody runs yet may be about to be started by another `up`. */
const unusedMs = 10 * 60 * 1_000;

/** The checkout that this file belongs to. */
export const repositoryDir = resolve(import.meta.dirname, "../../../..");

/** Makes the bundles below `distDir` unless they are there. Rejects with esbuild's own message. */
export async function bundles(distDir: string = join(repositoryDir, "dist")): Promise<Bundles> {
  const sources = await sourceFiles();
  const dir = join(distDir, await contentHash(sources));
  const paths = { dir, server: join(dir, "server.js"), agent: join(dir, "agent.js") };
  if (existsSync(paths.server) && existsSync(paths.agent)) return { ...paths, fresh: false };
  await build(sources, dir);
  await removeUnused(distDir, dir);
  return { ...paths, fresh: true };
}

/** Bundles of older sources that nobody runs: a process loads parts of its own at any time. */
async function removeUnused(distDir: string, current: string): Promise<void> {
  const commandLines = await Promise.all(
    (await readdir("/proc"))
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")), // Ended meanwhile.
  );
  const old = (await readdir(distDir)).map((name) => join(distDir, name)).filter((dir) => dir !== current);
  for (const dir of old) {
    if (commandLines.some((line) => line.includes(`${dir}/`))) continue;
    const age = systemClock.now() - (await stat(dir)).mtimeMs;
    if (age > unusedMs) await rm(dir, { recursive: true, force: true });
  }
}

/** Everything that may end in a bundle, in a stable order. */
async function sourceFiles(): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const path of glob("packages/{cli,control-plane,node-agent,shared}/src/**/*.{ts,json}", {
    cwd: repositoryDir,
  }))
    if (!/\.(test|contract)\.ts$/.test(path)) found.push(path);
  return [...found.sort(), "package-lock.json", "package.json"];
}

async function contentHash(sources: readonly string[]): Promise<string> {
  const contents = await Promise.all(sources.map((path) => readFile(join(repositoryDir, path))));
  const hash = createHash("sha256");
  for (const [i, path] of sources.entries())
    hash
      .update(`${path}\0`)
      .update(contents[i] ?? "")
      .update("\0");
  return hash.digest("hex").slice(0, 16);
}

async function build(sources: readonly string[], dir: string): Promise<void> {
  const workers = sources.filter((path) => /\/adapters\/[^/]+\/worker\.ts$/.test(path));
  const entryPoints = Object.fromEntries([
    ["server", "packages/cli/src/build/entries/server.ts"],
    ["agent", "packages/cli/src/build/entries/agent.ts"],
    ...workers.map((path) => [`${basename(dirname(path))}-worker`, path]),
  ]) as Record<string, string>;
  const { version } = JSON.parse(await readFile(join(repositoryDir, "package.json"), "utf8")) as {
    readonly version: string;
  };
  const { build: run } = await import("esbuild");
  const half = `${dir}.${process.pid}`;
  await mkdir(half, { recursive: true });
  try {
    await run({
      entryPoints,
      absWorkingDir: repositoryDir,
      outdir: half,
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      target: "node24",
      minify: true,
      keepNames: true,
      sourcemap: "linked",
      logLevel: "silent",
      define: { KUBUS_VERSION: JSON.stringify(version) },
      // Packages that are CommonJS inside ask for Node's own modules by `require`.
      banner: {
        js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
      },
    });
    await rename(half, dir).catch((error: unknown) => {
      if (!existsSync(dir)) throw error; // Another build was faster, with the same content.
    });
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}

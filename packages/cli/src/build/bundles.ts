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
import { access, constants, glob, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
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

const checkoutDist = join(repositoryDir, "dist");

/**
 * Makes the bundles unless they are there: with the checkout, or `elsewhere` if that belongs to somebody else.
 * Rejects with esbuild's own message.
 */
export async function bundles(elsewhere: string = checkoutDist): Promise<Bundles> {
  const sources = await sourceFiles();
  const hash = await contentHash(sources);
  const made = [checkoutDist, elsewhere].map((dist) => bundlesIn(join(dist, hash)));
  const found = made.find(({ server, agent }) => existsSync(server) && existsSync(agent));
  if (found !== undefined) return found;
  const distDir = (await isOurs(checkoutDist)) ? checkoutDist : elsewhere;
  const dir = join(distDir, hash);
  await build(sources, dir);
  await removeUnused(distDir, dir);
  return { ...bundlesIn(dir), fresh: true };
}

const bundlesIn = (dir: string): Bundles => ({
  dir,
  server: join(dir, "server.js"),
  agent: join(dir, "agent.js"),
  fresh: false,
});

async function isOurs(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return true;
  } catch {
    return false; // The checkout was installed by somebody else.
  }
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

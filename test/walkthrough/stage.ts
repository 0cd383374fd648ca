/**
 * Where a walk-through is carried out: a folder with `./kubus` as readers have it, a kubectl whose namespace is the
 * story's own, and a shell for each command.
 */
import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { parse, stringify } from "yaml";
import { until } from "@kubus/shared/testing/until.ts";
import { kubus, type Cluster } from "../cluster/cluster.ts";
import type { Names } from "./match.ts";

/** A command that takes longer hangs. */
const commandTimeoutMs = 60_000;

export interface Output {
  readonly succeeded: boolean;
  /** What stands on the terminal: standard output and error as they come. */
  readonly text: string;
}

export interface Stage {
  /** `names` are the shell's variables. */
  run(command: string, names: Names): Promise<Output>;
}

/** Makes the namespace, unless it is the default one, and waits for what every namespace has. */
export async function makeStage(cluster: Cluster, namespace: string): Promise<Stage> {
  const path = `/api/v1/namespaces/${namespace}`;
  if (namespace !== "default")
    await cluster.api("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
  await until(`${namespace} has its service account`, async () => {
    const { status } = await cluster.api("GET", `${path}/serviceaccounts/default`);
    return status === 200;
  });
  const home = await mkdtemp(join(cluster.dir, "story-"));
  const programs = join(home, "bin");
  await mkdir(programs);
  const dir = `--dir '${cluster.dir}'`;
  await Promise.all([
    writeProgram(join(home, "kubus"), `exec '${kubus}' "$@" ${dir}`),
    writeProgram(join(programs, "kubectl"), `exec '${cluster.kubectlPath}' "$@"`),
    writeKubeconfig(join(cluster.dir, "kubeconfig"), join(home, "kubeconfig"), namespace),
  ]);
  const env = {
    ...process.env,
    HOME: home,
    KUBECONFIG: join(home, "kubeconfig"),
    PATH: `${programs}${delimiter}${process.env["PATH"] ?? ""}`,
  };
  return { run: (command, names) => inShell(command, home, { ...env, ...names }) };
}

async function writeProgram(path: string, line: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${line}\n`);
  await chmod(path, 0o755);
}

async function writeKubeconfig(from: string, to: string, namespace: string): Promise<void> {
  const config = parse(await readFile(from, "utf8")) as { readonly contexts: readonly { context: object }[] };
  const contexts = config.contexts.map((one) => ({ ...one, context: { ...one.context, namespace } }));
  await writeFile(to, stringify({ ...config, contexts }), { mode: 0o600 });
}

function inShell(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Output> {
  const child = spawn("bash", ["-c", `exec 2>&1\n${command}`], {
    cwd,
    env,
    detached: true, // So that all that it started can be ended with it.
    stdio: ["ignore", "pipe", "ignore"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      chunks.push(Buffer.from(`\n(it did not end within ${commandTimeoutMs / 1_000} s)\n`));
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, commandTimeoutMs);
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ succeeded: code === 0, text: Buffer.concat(chunks).toString() });
    });
  });
}

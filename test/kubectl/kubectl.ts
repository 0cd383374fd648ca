/** One kubectl, one namespace, and the API to read back what a command did. */
import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { globSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { findTool } from "@kubus/shared/testing/tools.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { packagePath } from "../debian/packages.ts";

const execute = promisify(execFile);

export interface KubectlBinary {
  readonly path: string;
  /** 20 for 1.20. */
  readonly minor: number;
}

/** One binary of each minor version on this machine, the oldest first. */
export async function kubectlBinaries(): Promise<readonly KubectlBinary[]> {
  const google = globSync("/usr/lib/google-cloud-sdk/bin/kubectl.1.*");
  const found = [packagePath("kubectl-old"), packagePath("kubectl-new"), findTool("kubectl"), ...google];
  const byMinor = new Map<number, KubectlBinary>();
  for (const path of found) {
    const minor = path === undefined ? undefined : await minorOf(path);
    if (path !== undefined && minor !== undefined && !byMinor.has(minor)) byMinor.set(minor, { path, minor });
  }
  return [...byMinor.values()].sort((a, b) => a.minor - b.minor);
}

/** Undefined for a wrapper that picks a kubectl by the server that it finds. */
async function minorOf(path: string): Promise<number | undefined> {
  const { stdout } = await execute(path, ["version", "--client", "-o", "json"]);
  const { clientVersion } = JSON.parse(stdout) as {
    readonly clientVersion: { readonly minor: string; readonly gitVersion: string };
  };
  return /dispatcher/.test(clientVersion.gitVersion) ? undefined : Number.parseInt(clientVersion.minor, 10);
}

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

type Texts = Readonly<Record<string, string | undefined>>;

/** What the objects of these tests may have, as a test reads it: every read is asserted. */
export interface Seen {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels: Texts;
    readonly annotations: Texts;
    readonly deletionTimestamp?: string;
    readonly managedFields?: readonly object[];
    readonly ownerReferences?: readonly object[];
  };
  readonly data?: Texts;
  readonly items: readonly Seen[];
  readonly rules?: readonly object[];
  readonly spec: {
    readonly clusterIP?: string;
    readonly paused?: boolean;
    readonly ephemeralContainers?: readonly { readonly name: string }[];
    readonly template: {
      readonly metadata: { readonly annotations?: Texts };
      readonly spec: { readonly containers: readonly { readonly env?: readonly object[] }[] };
    };
  };
  readonly status: { readonly readyReplicas?: number };
}

const timeoutMs = 60_000;

export class Kubectl {
  readonly minor: number;
  readonly namespace: string;
  readonly cluster: Cluster;
  readonly #path: string;
  readonly #home: string;

  private constructor({ path, minor }: KubectlBinary, cluster: Cluster, home: string) {
    this.#path = path;
    this.minor = minor;
    this.cluster = cluster;
    this.namespace = `with-1-${minor}`;
    this.#home = home;
  }

  /** With a namespace of its own, and no cache from another kubectl. */
  static async in(cluster: Cluster, binary: KubectlBinary): Promise<Kubectl> {
    const kubectl = new Kubectl(binary, cluster, await mkdtemp(join(cluster.dir, "home-")));
    await cluster.api("POST", "/api/v1/namespaces", { metadata: { name: kubectl.namespace } });
    return kubectl;
  }

  /** Runs it and expects success; standard output. Words are split at spaces unless they come as a list. */
  async run(words: string | readonly string[], options: RunOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.try(words, options);
    assert.equal(code, 0, `kubectl ${[words].flat().join(" ")}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Runs it and expects a failure; standard error. */
  async fails(words: string | readonly string[], options: RunOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.try(words, options);
    assert.notEqual(code, 0, `kubectl ${[words].flat().join(" ")} succeeded:\n${stdout}`);
    return stderr;
  }

  async try(words: string | readonly string[], { input = "", env = {} }: RunOptions = {}): Promise<Output> {
    const child = this.spawn(words, env);
    child.stdin?.end(input);
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    const [stdout, stderr, code] = await Promise.all([
      textOf(child.stdout),
      textOf(child.stderr),
      new Promise<number>((resolve) => child.once("close", (exitCode) => resolve(exitCode ?? -1))),
    ]);
    clearTimeout(timer);
    return { code, stdout, stderr };
  }

  /** As a running process, for what follows or talks. */
  spawn(words: string | readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    const args = typeof words === "string" ? words.split(" ") : words;
    return spawn(this.#path, ["--namespace", this.namespace, ...args], {
      env: {
        ...process.env,
        KUBECONFIG: join(this.cluster.dir, "kubeconfig"),
        HOME: this.#home,
        ...env,
      },
      stdio: ["pipe", "pipe", "pipe"],
    });
  }

  /** An object of the namespace as the API has it: `pods/web`, `apps/v1 deployments/web`. */
  async read(resource: string): Promise<Seen> {
    const { status, body } = await this.answer(resource);
    assert.equal(status, 200, `${resource}: ${JSON.stringify(body)}`);
    return body;
  }

  async answer(resource: string): Promise<{ readonly status: number; readonly body: Seen }> {
    const [first = "", second] = resource.split(" ");
    const base = second === undefined ? "/api/v1" : `/apis/${first}`;
    return this.cluster.api<Seen>("GET", `${base}/namespaces/${this.namespace}/${second ?? first}`);
  }

  /** Writes a manifest; its path. */
  async manifest(name: string, ...objects: readonly object[]): Promise<string> {
    const path = join(this.#home, `${name}.json`);
    const [only] = objects;
    const whole = objects.length === 1 ? only : { apiVersion: "v1", kind: "List", items: objects };
    await writeFile(path, JSON.stringify(whole));
    return path;
  }

  /** A path in a folder of its own. */
  path(name: string): string {
    return join(this.#home, name);
  }
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

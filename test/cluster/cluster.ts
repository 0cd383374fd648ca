/**
 * A real cluster for tests and benchmarks: `./kubus up` in a folder of its own, on free ports.
 *
 * Everything goes through the public contract: the command line, kubectl, HTTPS with the kubeconfig's certificate.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { Agent, request, type RequestOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import WebSocket from "ws";
import { parse } from "yaml";
import type { FeedMessage } from "@kubus/shared/feed/messages.ts";
import type { ActorReport } from "@kubus/shared/machine/registry.ts";

const execute = promisify(execFile);
const root = join(import.meta.dirname, "..", "..");
export const kubus = join(root, "kubus");

const commandLimits = { timeoutMs: 60_000, outputBytesMax: 64 * 1024 * 1024 } as const;

export interface Answer<T = unknown> {
  readonly status: number;
  readonly body: T;
}

export interface BoardStatus {
  readonly name: string;
  readonly address: string;
  readonly agentPid?: number;
  readonly cable: string;
  readonly state: string;
}

export interface ClusterStatus {
  readonly kubeconfig: string;
  readonly api: string;
  readonly dashboard: string;
  readonly bus: { readonly pid: number };
  readonly servers: readonly {
    readonly name: string;
    readonly address: string;
    readonly pid: number;
    readonly cable: string;
  }[];
  readonly boards: readonly BoardStatus[];
}

interface Credentials {
  readonly server: URL;
  readonly agent: Agent;
  readonly tls: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer };
}

export class Cluster {
  readonly dir: string;
  readonly kubectlPath: string;
  readonly #credentials: Credentials;

  private constructor(dir: string, kubectlPath: string, credentials: Credentials) {
    this.dir = dir;
    this.kubectlPath = kubectlPath;
    this.#credentials = credentials;
  }

  /** Starts a cluster and waits for `ready:`. `flags` are added to `kubus up`. */
  static async up(flags: readonly string[] = [], dir?: string): Promise<Cluster> {
    const home = dir ?? (await mkdtemp(join(tmpdir(), "kubus-test-")));
    const ports = ["--api-port", "0", "--dashboard-port", "0"];
    await execute(kubus, ["up", "--detach", "--dir", home, ...ports, ...flags], {
      timeout: commandLimits.timeoutMs,
    });
    return Cluster.at(home);
  }

  /** A cluster that already runs. */
  static async at(dir: string): Promise<Cluster> {
    const { stdout } = await execute(kubus, ["status", "--dir", dir, "-o", "json"]);
    const { kubeconfig } = JSON.parse(stdout) as ClusterStatus;
    const { findTool } = await import("@kubus/shared/testing/tools.ts");
    const kubectlPath = findTool("kubectl");
    if (kubectlPath === undefined) throw new Error("There is no kubectl: `npm test` brings one along.");
    return new Cluster(dir, kubectlPath, await credentialsOf(kubeconfig));
  }

  /** `kubus ARGS --dir DIR`; standard output. Rejects when the command fails. */
  async kubus(...args: string[]): Promise<string> {
    const { stdout } = await execute(kubus, [...args, "--dir", this.dir], {
      timeout: commandLimits.timeoutMs,
    });
    return stdout;
  }

  async status(): Promise<ClusterStatus> {
    return JSON.parse(await this.kubus("status", "-o", "json")) as ClusterStatus;
  }

  /** Runs kubectl; never rejects for its exit code. */
  async kubectl(
    ...args: string[]
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
    return this.kubectlWith({}, ...args);
  }

  async kubectlWith(
    options: { readonly input?: string; readonly timeoutMs?: number },
    ...args: string[]
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
    const child = this.spawnKubectl(...args);
    child.stdin?.end(options.input ?? "");
    const [stdout, stderr, code] = await Promise.all([
      collect(child, "stdout"),
      collect(child, "stderr"),
      new Promise<number>((resolve) => {
        const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? commandLimits.timeoutMs);
        child.on("close", (exitCode) => {
          clearTimeout(timer);
          resolve(exitCode ?? -1);
        });
      }),
    ]);
    return { code, stdout, stderr };
  }

  /** kubectl as a running process, for what follows or talks. */
  spawnKubectl(...args: string[]): ChildProcess {
    const env = { ...process.env, KUBECONFIG: join(this.dir, "kubeconfig"), HOME: this.dir };
    return spawn(this.kubectlPath, args, { env, stdio: ["pipe", "pipe", "pipe"] });
  }

  /** One request to the API. */
  async api<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    contentType = "application/json",
  ): Promise<Answer<T>> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      payload === undefined
        ? {}
        : { "content-type": contentType, "content-length": Buffer.byteLength(payload) };
    return new Promise((resolve, reject) => {
      const outgoing = request(this.#options(method, path, headers), (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = response.headers["content-type"]?.includes("json") ?? false;
          resolve({ status: response.statusCode ?? 0, body: (isJson ? JSON.parse(text) : text) as T });
        });
      });
      outgoing.on("error", reject);
      outgoing.end(payload);
    });
  }

  /** Reads an answer to its end without keeping it. */
  async download(
    path: string,
    headers: Record<string, string> = {},
  ): Promise<{ readonly status: number; readonly bytes: number }> {
    return new Promise((resolve, reject) => {
      const outgoing = request(this.#options("GET", path, headers), (response) => {
        let bytes = 0;
        response.on("data", (chunk: Buffer) => (bytes += chunk.length));
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, bytes }));
      });
      outgoing.on("error", reject);
      outgoing.end();
    });
  }

  /** Follows a watch; returns a function that ends it. `onEvent` also gets the time of arrival (monotonic ms). */
  watch(path: string, onEvent: (event: { type: string; object: never }, at: number) => void): () => void {
    const outgoing = request(this.#options("GET", path, {}), (response) => {
      const lines = createInterface({ input: response });
      lines.on("line", (line) => {
        onEvent(JSON.parse(line) as { type: string; object: never }, performance.now());
      });
      // Whoever ends the watch breaks the connection off.
      lines.on("error", () => undefined);
      response.on("error", () => undefined);
    });
    outgoing.on("error", () => undefined);
    outgoing.end();
    return () => {
      outgoing.destroy();
    };
  }

  /** Everything that lives in the control plane that answers, as its feed tells it. */
  async actors(): Promise<readonly ActorReport[]> {
    const { server, tls } = this.#credentials;
    const socket = new WebSocket(`wss://${server.host}/kubus/v1/feed`, tls);
    try {
      return await new Promise((resolve, reject) => {
        socket.on("error", reject);
        socket.on("open", () => socket.send(JSON.stringify({ type: "watchActors", where: "server" })));
        socket.on("message", (data: Buffer) => {
          const message = JSON.parse(data.toString()) as FeedMessage;
          if (message.type === "actors") resolve(message.actors);
        });
      });
    } finally {
      socket.terminate();
    }
  }

  async down(): Promise<void> {
    await this.kubus("down");
    this.#credentials.agent.destroy();
    await rm(this.dir, { recursive: true, force: true });
  }

  #options(method: string, path: string, headers: Record<string, string | number>): RequestOptions {
    const { server, agent } = this.#credentials;
    return { host: server.hostname, port: server.port, agent, method, path, headers };
  }
}

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly "certificate-authority-data": string };
  }[];
  readonly users: readonly {
    readonly user: { readonly "client-certificate-data": string; readonly "client-key-data": string };
  }[];
}

async function credentialsOf(kubeconfig: string): Promise<Credentials> {
  const { clusters, users } = parse(await readFile(kubeconfig, "utf8")) as Kubeconfig;
  const [{ cluster } = { cluster: undefined }] = clusters;
  const [{ user } = { user: undefined }] = users;
  if (cluster === undefined || user === undefined)
    throw new Error(`${kubeconfig} names no cluster or no user.`);
  const decode = (text: string) => Buffer.from(text, "base64");
  const tls = {
    ca: decode(cluster["certificate-authority-data"]),
    cert: decode(user["client-certificate-data"]),
    key: decode(user["client-key-data"]),
  };
  return { server: new URL(cluster.server), agent: new Agent({ keepAlive: true, ...tls }), tls };
}

async function collect(child: ChildProcess, stream: "stdout" | "stderr"): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of child[stream] ?? []) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

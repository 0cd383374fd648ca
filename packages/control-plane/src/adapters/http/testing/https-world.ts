/** The API behind real TLS on a free port of the loopback, in memory, with kubectl and a plain client. For tests. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import type { IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { TLSSocket } from "node:tls";
import { channelsOn } from "@kubus/shared/bus/bus-channel.ts";
import { memoryBus } from "@kubus/shared/bus/memory-bus.ts";
import { systemRandom } from "@kubus/shared/chance/system-random.ts";
import { silentLog } from "@kubus/shared/log/log.ts";
import { findTool } from "@kubus/shared/testing/tools.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { makeApi } from "../../../api/api.ts";
import { testTokenKeys } from "../../tokens/testing/test-keys.ts";
import { followCustomKinds } from "../../../apiextensions/custom-kinds.ts";
import { makeCache } from "../../../cache/make-cache.ts";
import { kinds, servedKinds } from "../../../kinds/index.ts";
import { makeKindTable } from "../../../kinds/kind-table.ts";
import { memoryStore } from "../../../store/memory-store.ts";
import { serveHttps } from "../server.ts";
import type { Upgrades } from "../upgrade.ts";
import { anAuthority, type Pair } from "./certificates.ts";

export const kubectl = findTool("kubectl");

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Whether the TLS session was an earlier one. */
  readonly isResumed: boolean;
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Everything ends with the test. */
export async function anHttpsApi(t: TestContext, { upgrades = {} }: { readonly upgrades?: Upgrades } = {}) {
  const stores = { durable: memoryStore(), transient: memoryStore({ kind: "transient" }) };
  const kindTable = makeKindTable(servedKinds);
  const cache = makeCache({ kinds: kindTable, stores, log: silentLog });
  followCustomKinds(cache, kindTable);
  const network = memoryBus();
  const connect = (name: string) => {
    const bus = network.connect(name);
    return { bus, channels: channelsOn(bus) };
  };
  const { channels } = connect("server-1");
  const ports = {
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    version: "0.1.0",
    tokens: testTokenKeys(),
  };
  const api = makeApi({ kinds: kindTable, stores, cache, channels, ...ports });
  const authority = await anAuthority("test-ca");
  const server = await serveHttps(api, {
    host: "127.0.0.1",
    port: 0,
    ...(await authority.issue({ name: "kube-apiserver" })),
    clientCa: authority.certificate,
    upgrades,
    log: silentLog,
  });
  const admin = await authority.issue({ name: "kubernetes-admin", groups: ["system:masters"] });
  const home = await mkdtemp(join(tmpdir(), `kubus-api-${process.pid}-`));
  await writeFile(join(home, "kubeconfig"), kubeconfigOf(server.port, authority.certificate, admin), {
    mode: 0o600,
  });
  t.after(async () => {
    await server.close();
    cache.stop();
    await rm(home, { recursive: true, force: true });
  });
  await cache.synced;
  for (const name of ["default", "kube-system"])
    await api
      .objectsAs("test")
      .create(kinds.find(({ kind }) => kind === "Namespace") ?? fail(), { metadata: { name } });

  const tls = { host: "127.0.0.1", port: server.port, ca: authority.certificate };
  const credentials = (pair: Pair | undefined) =>
    pair === undefined ? {} : { cert: pair.certificate, key: pair.key };

  const ask = (
    method: string,
    path: string,
    options: {
      readonly headers?: object;
      readonly body?: string | Buffer;
      readonly as?: Pair | undefined;
      readonly agent?: Agent;
    } = {},
  ): Promise<HttpAnswer> => {
    const as = "as" in options ? options.as : admin;
    return new Promise((resolve, reject) => {
      const agent = options.agent ?? new Agent({ keepAlive: false });
      const headers = { ...options.headers } as Record<string, string>;
      const outgoing = request({ ...tls, ...credentials(as), agent, method, path, headers }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        const isResumed = incoming.socket instanceof TLSSocket && incoming.socket.isSessionReused();
        incoming.on("end", () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks),
            isResumed,
          }),
        );
      });
      outgoing.on("error", reject);
      outgoing.end(options.body);
    });
  };

  const env = { ...process.env, KUBECONFIG: join(home, "kubeconfig"), HOME: home };
  const start = (...args: readonly string[]): ChildProcess => {
    const child = spawn(kubectl ?? fail(), args, { env, stdio: ["pipe", "pipe", "pipe"] });
    t.after(() => child.kill("SIGKILL"));
    return child;
  };
  const run = (args: readonly string[], input = "") =>
    new Promise<Outcome>((resolve) => {
      const child = execFile(kubectl ?? fail(), args, { env, timeout: 60_000 }, (error, stdout, stderr) =>
        resolve({
          code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1,
          stdout,
          stderr,
        }),
      );
      child.stdin?.end(input);
    });
  return { api, ask, authority, admin, cache, connect, home, network, run, server, start, stores, tls };
}

export type HttpsWorld = Awaited<ReturnType<typeof anHttpsApi>>;

const fail = (): never => {
  throw new Error("There is no kubectl, or no such kind.");
};

function kubeconfigOf(port: number, ca: string, { certificate, key }: Pair): string {
  const base64 = (pem: string) => Buffer.from(pem).toString("base64");
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "test",
        cluster: { server: `https://127.0.0.1:${port}`, "certificate-authority-data": base64(ca) },
      },
    ],
    users: [
      {
        name: "admin",
        user: { "client-certificate-data": base64(certificate), "client-key-data": base64(key) },
      },
    ],
    contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
    "current-context": "test",
  });
}

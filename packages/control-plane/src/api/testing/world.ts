/** The whole API in one process, on stores in memory and a simulated clock. For tests. */
import type { ObjectMeta } from "@kubus/shared/api/meta.ts";
import type { PodSpec, PodStatus } from "@kubus/shared/api/pod.ts";
import { channelsOn } from "@kubus/shared/bus/bus-channel.ts";
import { memoryBus } from "@kubus/shared/bus/memory-bus.ts";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { silentLog } from "@kubus/shared/log/log.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { testTokenKeys } from "../../adapters/tokens/testing/test-keys.ts";
import { followCustomKinds } from "../../apiextensions/custom-kinds.ts";
import { makeCache } from "../../cache/make-cache.ts";
import { servedKinds } from "../../kinds/index.ts";
import { makeKindTable } from "../../kinds/kind-table.ts";
import { memoryStore } from "../../store/memory-store.ts";
import { makeApi } from "../api.ts";
import type { ApiPorts } from "../ports.ts";
import {
  isStream,
  type ApiRequest,
  type ApiResponse,
  type Headers,
  type Sink,
  type User,
} from "../request.ts";

export const admin: User = { name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] };

export interface Asked {
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly user?: User | undefined;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Seen;
}

/** A body as a test looks into it: whatever it reads has to be asserted. */
export interface Seen {
  readonly kind: string;
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details: { readonly causes?: readonly Cause[] };
  readonly metadata: ObjectMeta & { readonly continue: string; readonly remainingItemCount: number };
  readonly data: Readonly<Record<string, string>>;
  readonly spec: PodSpec & { readonly replicas: number; readonly finalizers: readonly string[] };
  readonly status: PodStatus;
  readonly items: readonly Seen[];
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object: Seen }[];
  readonly columnDefinitions: readonly { readonly name: string }[];
}

/** `more` is what a test wants besides, such as an audit log. */
export async function anApi(more: Partial<Pick<ApiPorts, "audit" | "webhooks">> = {}) {
  const clock = simulatedClock();
  const stores = { durable: memoryStore({ clock }), transient: memoryStore({ kind: "transient", clock }) };
  const kindTable = makeKindTable(servedKinds);
  const cache = makeCache({ kinds: kindTable, stores, log: silentLog, clock });
  followCustomKinds(cache, kindTable);
  const network = memoryBus({ clock });
  const bus = network.connect("server-1");
  const channels = channelsOn(bus, { clock, random: seededRandom(2) });
  const ports = {
    kinds: kindTable,
    stores,
    cache,
    channels,
    clock,
    random: seededRandom(1),
    log: silentLog,
    version: "0.1.0",
    tokens: testTokenKeys(),
    serviceCidr: "10.96.0.0/16",
    ...more,
  };
  const api = makeApi(ports);
  await cache.synced;
  await settle();

  const send = (method: string, path: string, asked: Asked = {}): Promise<ApiResponse> =>
    api.handle(requestOf(method, path, asked));
  const ask = async (method: string, path: string, asked: Asked = {}): Promise<Answer> =>
    answerOf(await send(method, path, asked));
  return { api, ask, bus, cache, channels, clock, network, ports, send, stores };
}

export type World = Awaited<ReturnType<typeof anApi>>;

export function requestOf(method: string, path: string, asked: Asked): ApiRequest {
  const { body, contentType = "application/json", accept } = asked;
  const [pathname = "", ...search] = path.split("?");
  return {
    method,
    path: pathname,
    query: new URLSearchParams(search.join("?")),
    headers: { "content-type": contentType, accept, ...asked.headers },
    user: "user" in asked ? asked.user : admin,
    body: bytesOf(body),
  };
}

function bytesOf(body: unknown): Uint8Array {
  if (body === undefined) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  return new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
}

async function answerOf(response: ApiResponse): Promise<Answer> {
  const { status, headers } = response;
  const text = new TextDecoder().decode(isStream(response) ? await readAll(response) : response.body);
  const isDocument = !isStream(response) || response.isWhole === true;
  const isJson = headers["content-type"]?.includes("json") === true && isDocument;
  return { status, headers, text, json: (isJson ? JSON.parse(text) : undefined) as Seen };
}

async function readAll(response: ApiResponse): Promise<Uint8Array> {
  const reader = aReader();
  if (isStream(response)) await response.stream(reader.sink);
  return Buffer.concat(reader.chunks);
}

/** A sink that keeps what it gets. */
export function aReader({ isStuck = false }: { readonly isStuck?: boolean } = {}) {
  const gone = new AbortController();
  const chunks: Uint8Array[] = [];
  const ends: string[] = [];
  const length = () => chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const sink: Sink = {
    write: (chunk) => {
      if (!gone.signal.aborted && ends.length === 0) chunks.push(chunk);
    },
    waitingBytes: () => (isStuck ? length() : 0),
    drained: () => Promise.resolve(),
    end: () => void ends.push("ended"),
    cut: (reason) => {
      ends.push(reason);
      gone.abort();
    },
    gone: gone.signal,
  };
  return { sink, chunks, ends, leave: () => gone.abort() };
}

/** An open watch, its events so far. */
export async function aWatch({ send }: Pick<World, "send">, path: string, asked: Asked = {}) {
  const response = await send("GET", path, asked);
  if (!isStream(response)) throw new Error(`No watch: ${new TextDecoder().decode(response.body)}`);
  const reader = aReader();
  const over = response.stream(reader.sink);
  await settle();
  const events = (): readonly { readonly type: string; readonly object: Seen }[] =>
    Buffer.concat(reader.chunks)
      .toString()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as { type: string; object: Seen });
  const told = () =>
    events().map(
      ({ type, object }) => `${type} ${(object.metadata.name as string | undefined) ?? object.reason}`,
    );
  return { ...reader, events, told, over };
}

/** Small objects, as clients send them. */
export const aConfigMap = (name: string, more: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data: { key: "value" },
  ...more,
});

export const aPod = (name: string, more: { readonly metadata?: object; readonly spec?: object } = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, ...more.metadata },
  spec: { containers: [{ name: "main", image: "host/sleep" }], ...more.spec },
});

export const aDeployment = (name: string, replicas = 1) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, labels: { app: name } },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: "main", image: "host/sleep" }] },
    },
  },
});

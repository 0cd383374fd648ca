/** The API as `up` and `status` ask it: with the admin's certificate, JSON in and out. */
import { request, Agent, type RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import type { Node } from "@kubus/shared/api/node.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { KeyPair } from "../cluster/pki.ts";

export interface ApiClientOptions {
  readonly host: string;
  readonly port: number;
  readonly authority: string;
  readonly admin: KeyPair;
}

export interface NodeList {
  readonly items: readonly Node[];
  readonly resourceVersion: string;
}

export interface NodeChange {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: Node;
}

export interface ApiClient {
  /** Whether the API answers that it is ready. Never rejects. */
  isReady(timeoutMs: number): Promise<boolean>;
  listNodes(timeoutMs: number): Promise<NodeList>;
  /** Ends when the server ends the watch; throws when the connection breaks. */
  watchNodes(resourceVersion: string, signal: AbortSignal): AsyncIterable<NodeChange>;
  /** Nothing new is placed there. Rejects when there is no such node. */
  cordon(name: string, timeoutMs: number): Promise<void>;
  /** Paths of the pods that are bound to a node. */
  podsOn(node: string, timeoutMs: number): Promise<readonly string[]>;
  /** `polite`: with the pod's own grace period. Resolves also when there is no such pod. */
  deletePod(path: string, how: "polite" | "at once", timeoutMs: number): Promise<void>;
  /** Resolves also when there is no such node. */
  deleteNode(name: string, timeoutMs: number): Promise<void>;
}

export function apiClient({ host, port, authority, admin }: ApiClientOptions): ApiClient {
  const tls = { host, port, ca: authority, cert: admin.certificate, key: admin.key, servername: "localhost" };
  const agent = new Agent({ keepAlive: false });
  const ask = (path: string, options: RequestOptions = {}, payload = ""): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      request({ ...tls, agent, path, ...options }, resolve)
        .once("error", reject)
        .end(payload);
    });
  const text = async (
    path: string,
    timeoutMs: number,
    method = "GET",
  ): Promise<{ status: number; body: string }> => {
    const response = await ask(path, { method, signal: AbortSignal.timeout(timeoutMs) });
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() };
  };
  const deleted = async (path: string, timeoutMs: number) => {
    const { status } = await text(path, timeoutMs, "DELETE");
    if (![200, 202, 404].includes(status)) throw new Error(`The API answered ${status} to deleting ${path}.`);
  };
  return {
    cordon: async (name, timeoutMs) => {
      const patch = JSON.stringify({ spec: { unschedulable: true } });
      const headers = { "content-type": "application/merge-patch+json", "content-length": patch.length };
      const limits = { method: "PATCH", headers, signal: AbortSignal.timeout(timeoutMs) };
      const response = await ask(`/api/v1/nodes/${name}`, limits, patch);
      response.resume();
      if (response.statusCode !== 200)
        throw new Error(`The API answered ${response.statusCode ?? 0} to a cordon.`);
    },
    podsOn: async (node, timeoutMs) => {
      const query = new URLSearchParams({ fieldSelector: `spec.nodeName=${node}` });
      const { status, body } = await text(`/api/v1/pods?${query.toString()}`, timeoutMs);
      if (status !== 200) throw new Error(`The API answered ${status} when asked for the pods of ${node}.`);
      const { items } = JSON.parse(body) as { readonly items: readonly Pod[] | null };
      return (items ?? []).map(
        ({ metadata }) => `/api/v1/namespaces/${metadata.namespace ?? "default"}/pods/${metadata.name}`,
      );
    },
    deletePod: (path, how, timeoutMs) =>
      deleted(how === "polite" ? path : `${path}?gracePeriodSeconds=0`, timeoutMs),
    isReady: (timeoutMs) =>
      text("/readyz", timeoutMs).then(
        ({ status }) => status === 200,
        () => false,
      ),
    listNodes: async (timeoutMs) => {
      const { status, body } = await text("/api/v1/nodes", timeoutMs);
      if (status !== 200) throw new Error(`The API answered ${status} when asked for its nodes.`);
      const { items, metadata } = JSON.parse(body) as {
        readonly items: readonly Node[] | null;
        readonly metadata: { readonly resourceVersion: string };
      };
      return { items: items ?? [], resourceVersion: metadata.resourceVersion };
    },
    watchNodes: async function* (resourceVersion, signal) {
      const query = new URLSearchParams({ watch: "true", resourceVersion, allowWatchBookmarks: "true" });
      const response = await ask(`/api/v1/nodes?${query.toString()}`, { signal });
      if (response.statusCode !== 200)
        throw new Error(`The API answered ${response.statusCode ?? 0} to a watch.`);
      response.socket.setKeepAlive(true, 1_000);
      for await (const line of createInterface({ input: response })) yield JSON.parse(line) as NodeChange;
    },
    deleteNode: (name, timeoutMs) => deleted(`/api/v1/nodes/${name}`, timeoutMs),
  };
}

export const isNodeReady = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;

/**
 * Calls webhooks over HTTPS. Connections are kept and shared by calls to the same place; what goes wrong is said in the
 * words that people know from Kubernetes.
 */
import { Agent, request, type RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { WebhookAnswer, WebhookCall, WebhookCaller } from "../../api/admission/webhooks/caller.ts";

export const webhookLimits = {
  /** The largest answer: an object of the largest size, in base64, and room to spare. */
  answerBytesMax: 4 * 1_024 * 1_024,
  /** Connections to one webhook. */
  socketsMax: 32,
  /** Places whose connections are kept; the one that was used longest ago goes first. */
  agentsMax: 64,
  /** How long an unused connection stays. */
  idleMs: 60_000,
} as const;

export interface HttpsCaller extends WebhookCaller {
  /** Closes every connection. */
  readonly close: () => void;
}

export function makeHttpsCaller(): HttpsCaller {
  const agents = new Map<string, Agent>();
  const agentFor = ({ caBundle = "", serverName = "" }: WebhookCall): Agent => {
    const key = `${serverName} ${caBundle}`;
    const known = agents.get(key) ?? newAgent();
    // The order of the map is the order of use.
    agents.delete(key);
    agents.set(key, known);
    const [oldest] = agents;
    if (agents.size > webhookLimits.agentsMax && oldest !== undefined) {
      oldest[1].destroy();
      agents.delete(oldest[0]);
    }
    return known;
  };
  return {
    call: (call) => send(call, agentFor(call)),
    close: () => {
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}

const newAgent = (): Agent =>
  new Agent({ keepAlive: true, maxSockets: webhookLimits.socketsMax, timeout: webhookLimits.idleMs });

async function send(call: WebhookCall, agent: Agent): Promise<WebhookAnswer> {
  // The timer counts from here: waiting for a connection is waiting, too.
  const signal = AbortSignal.timeout(call.timeoutMs);
  try {
    return await sent(call, { agent, signal });
  } catch (error) {
    throw signal.aborted ? new Error("context deadline exceeded") : new Error(whyOf(error, call));
  }
}

function sent(
  call: WebhookCall,
  { agent, signal }: { agent: Agent; signal: AbortSignal },
): Promise<WebhookAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(optionsOf(call, { agent, signal }), (incoming) => {
      read(incoming).then(
        (body) => resolve({ status: incoming.statusCode ?? 0, body }),
        (error: unknown) => reject(error instanceof Error ? error : new Error(String(error))),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(call.body);
  });
}

function optionsOf(
  { url, address, serverName, caBundle, body }: WebhookCall,
  { agent, signal }: { agent: Agent; signal: AbortSignal },
): RequestOptions {
  const { hostname, port, pathname, search } = new URL(url);
  const name = serverName ?? hostname;
  return {
    host: address?.host ?? hostname,
    port: address?.port ?? (port === "" ? 443 : Number(port)),
    path: `${pathname}${search}`,
    method: "POST",
    agent,
    signal,
    // The name that the certificate must prove is that of the URL, wherever the connection leads.
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(caBundle === undefined ? {} : { ca: caBundle }),
    headers: {
      host: port === "" ? hostname : `${hostname}:${port}`,
      "content-type": "application/json",
      accept: "application/json, */*",
      "user-agent": "kube-apiserver-admission",
      "content-length": String(body.length),
    },
  };
}

async function read(incoming: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > webhookLimits.answerBytesMax) {
      incoming.destroy();
      throw new Error(`the answer is larger than ${webhookLimits.answerBytesMax} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

interface SystemError extends Error {
  readonly code?: string;
  readonly reason?: string;
}

const unknownAuthority = "tls: failed to verify certificate: x509: certificate signed by unknown authority";

const tlsErrors: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  CERT_SIGNATURE_FAILURE: unknownAuthority,
  CERT_HAS_EXPIRED: "tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
  CERT_NOT_YET_VALID: "tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
};

function whyOf(error: unknown, { url, address, serverName }: WebhookCall): string {
  if (!(error instanceof Error)) return String(error);
  const { code = "", message } = error as SystemError;
  const { hostname, port } = new URL(url);
  const place =
    address === undefined ? `${hostname}:${port === "" ? "443" : port}` : `${address.host}:${address.port}`;
  const name = serverName ?? hostname;
  switch (code) {
    case "ECONNREFUSED":
      return `dial tcp ${place}: connect: connection refused`;
    case "EHOSTUNREACH":
      return `dial tcp ${place}: connect: no route to host`;
    case "ENETUNREACH":
      return `dial tcp ${place}: connect: network is unreachable`;
    case "ENOTFOUND":
      return `dial tcp: lookup ${address?.host ?? hostname}: no such host`;
    case "ECONNRESET":
      return "EOF";
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `tls: failed to verify certificate: x509: certificate is not valid for ${name}: ${message}`;
    default:
      return tlsErrors[code] ?? message;
  }
}

/**
 * Requests that go on to a pod: any method and body, as they come, over a connection from the pod's board.
 *
 * Nothing is kept but what is under way. Who asks is the API's business: credentials never go on.
 */
import {
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { connect as connectTls } from "node:tls";
import { byteStreamOf, duplexOf } from "@kubus/shared/adapters/byte-stream.ts";
import { joinStreams } from "@kubus/shared/bus/byte-stream.ts";
import { Refusal } from "@kubus/shared/errors/codes.ts";
import type { ProxySession } from "../../api/streams/proxy.ts";
import { rewrittenLocation } from "./location.ts";

/** Rejects with a `Refusal` as long as nothing was answered; what breaks later cuts the answer off. */
export async function proxyRequest(
  { incoming, outgoing }: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse },
  session: ProxySession,
): Promise<void> {
  const isRead = incoming.method === "GET" || incoming.method === "HEAD";
  if (session.rest === "" && isRead) {
    outgoing.writeHead(301, { location: `${session.prefix}/${queryOf(incoming)}` }).end();
    return;
  }
  const connection = await connect(session);
  const left = () => connection.destroy();
  outgoing.once("close", left);
  try {
    const answer = await ask({ incoming, connection }, session);
    outgoing.writeHead(answer.statusCode ?? 502, answerHeaders(answer, incoming, session));
    await pipeline(answer, outgoing);
  } finally {
    outgoing.off("close", left);
    connection.destroy();
  }
}

function ask(
  { incoming, connection }: { readonly incoming: IncomingMessage; readonly connection: Duplex },
  session: ProxySession,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      method: incoming.method,
      path: targetOf(session, incoming),
      headers: requestHeaders(incoming, session),
      setHost: false,
      createConnection: () => connection,
    });
    outgoing.once("response", resolve);
    outgoing.on("error", (error) => reject(unreachable(error)));
    // A server may answer before it has read all of it.
    pipeline(incoming, outgoing).catch((error: unknown) => reject(unreachable(error)));
  });
}

/** An upgrade: once the server was asked, whatever both sides say is theirs. */
export async function proxyUpgrade(
  {
    incoming,
    socket,
    head,
  }: { readonly incoming: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
  session: ProxySession,
): Promise<void> {
  const connection = await connect(session);
  const { connection: how, upgrade } = incoming.headers;
  const headers = { ...requestHeaders(incoming, session), connection: how ?? "Upgrade", upgrade };
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => `${name}: ${one}`),
  );
  connection.write([`GET ${targetOf(session, incoming)} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
  if (head.length > 0) connection.write(head);
  // Either side may break it: then it is over for both, and nobody needs to be told.
  await joinStreams(byteStreamOf(socket, socket), byteStreamOf(connection, connection)).catch(
    () => undefined,
  );
}

async function connect({ scheme, connect: open }: ProxySession): Promise<Duplex> {
  const channel = await open().catch((error: unknown) => Promise.reject(unreachable(error)));
  const connection = duplexOf(channel);
  connection.on("error", () => undefined); // Told by whoever uses it.
  if (scheme === "http") return connection;
  // As in Kubernetes: nobody can know the certificates of pods.
  const secure = connectTls({ socket: connection, rejectUnauthorized: false });
  secure.on("error", () => undefined);
  return secure;
}

const unreachable = (error: unknown): Refusal =>
  new Refusal(
    "unavailable",
    `error trying to reach service: ${error instanceof Error ? error.message : String(error)}`,
  );

const queryOf = ({ url = "" }: IncomingMessage): string =>
  url.includes("?") ? url.slice(url.indexOf("?")) : "";

const targetOf = ({ rest }: ProxySession, incoming: IncomingMessage): string =>
  `${rest === "" ? "/" : rest}${queryOf(incoming)}`;

const ofOneHop = new Set([
  ...["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te"],
  ...["trailer", "transfer-encoding", "upgrade"],
]);

/** What says who the client is, to this API only. */
const ofTheApi = (name: string): boolean => name === "authorization" || name.startsWith("impersonate-");

function requestHeaders(
  incoming: IncomingMessage,
  { prefix, rest }: ProxySession,
): Record<string, string | string[]> {
  const { headersDistinct, headers, socket } = incoming;
  const kept = Object.entries(headersDistinct).filter(
    ([name]) => !ofOneHop.has(name) && !ofTheApi(name) && !namedByConnection(headers, name),
  );
  const before = headers["x-forwarded-for"];
  return {
    ...(Object.fromEntries(kept) as Record<string, string[]>),
    host: headers.host ?? "",
    ...(headers["transfer-encoding"] === undefined ? {} : { "transfer-encoding": "chunked" }),
    ...tokenlessProtocols(headers),
    "x-forwarded-for": [before ?? [], socket.remoteAddress ?? []].flat().join(", "),
    "x-forwarded-uri": `${prefix}${rest}`,
    "x-forwarded-host": headers.host ?? "",
    "x-forwarded-proto": "https",
  };
}

/** Browsers give their token as a protocol of a WebSocket. */
function tokenlessProtocols(headers: IncomingHttpHeaders): Record<string, string> {
  const offered = headers["sec-websocket-protocol"];
  if (offered === undefined) return {};
  const kept = offered
    .split(/\s*,\s*/)
    .filter((name) => !name.startsWith("base64url.bearer.authorization.k8s.io."));
  return { "sec-websocket-protocol": kept.join(", ") };
}

const namedByConnection = ({ connection = "" }: IncomingHttpHeaders, name: string): boolean =>
  connection
    .toLowerCase()
    .split(/\s*,\s*/)
    .includes(name);

function answerHeaders(
  answer: IncomingMessage,
  incoming: IncomingMessage,
  { authority, prefix }: ProxySession,
): Record<string, string[]> {
  const { headersDistinct, headers } = answer;
  const kept = Object.entries(headersDistinct).filter(
    ([name]) => !ofOneHop.has(name) && !namedByConnection(headers, name),
  );
  const result = Object.fromEntries(kept) as Record<string, string[]>;
  const { location } = headers;
  if (location === undefined) return result;
  return {
    ...result,
    location: [rewrittenLocation(location, { authority, host: incoming.headers.host ?? "", prefix })],
  };
}

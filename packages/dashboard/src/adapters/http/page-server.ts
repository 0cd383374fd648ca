/**
 * The dashboard's socket: plain HTTP on loopback and one WebSocket path, for whoever the access rules let in.
 *
 * It serves a handful of files from memory and nothing from the disk.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { cookieFor, judge, refusalStatus, type AccessTerms, type Verdict } from "../../server/access.ts";
import type { PageFiles, PageSocket } from "../../server/ports.ts";

export interface PageServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly token: string;
  readonly files: PageFiles;
  readonly onPage: (page: PageSocket) => void;
}

export interface PageServer {
  readonly port: number;
  close(): Promise<void>;
}

const requestBytesMax = 4_096;

/** Rejects when the port cannot be had, with a sentence that names it. */
export async function servePage({
  host,
  port,
  token,
  files,
  onPage,
}: PageServerOptions): Promise<PageServer> {
  const server = createServer();
  await listen(server, host, port);
  const terms: AccessTerms = { port: (server.address() as AddressInfo).port, token };
  const sockets = new WebSocketServer({ noServer: true, maxPayload: requestBytesMax });

  server.on("request", (request, response) => answer(request, response, terms, files));
  server.on("upgrade", (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on("error", () => stream.destroy());
    const verdict = judge(asked(request), terms);
    if (verdict !== "granted") refuseUpgrade(stream, refusalStatus[verdict]);
    else if (pathOf(request) !== "/feed") refuseUpgrade(stream, 404);
    else sockets.handleUpgrade(request, stream, head, (socket) => onPage(pageOn(socket)));
  });
  return { port: terms.port, close: () => close(server, sockets) };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = new Error(`Port ${port} on ${host} is in use; choose another one for the dashboard.`, {
        cause: error,
      });
      reject(error.code === "EADDRINUSE" ? taken : error);
    });
    server.listen(port, host, resolve);
  });
}

const asked = ({ url = "/", headers }: IncomingMessage) => ({
  url,
  host: headers.host,
  origin: headers.origin,
  cookie: headers.cookie,
});

const pathOf = ({ url = "/" }: IncomingMessage): string => url.split("?")[0] ?? "/";

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  terms: AccessTerms,
  files: PageFiles,
): void {
  for (const [name, value] of Object.entries(securityHeaders(terms.port))) response.setHeader(name, value);
  const verdict = judge(asked(request), terms);
  if (verdict !== "granted") {
    refuse(response, verdict);
    return;
  }
  const path = pathOf(request);
  const file = files.get(path === "/" ? "/index.html" : path);
  if (request.method !== "GET" && request.method !== "HEAD")
    plain(response, 405, "The dashboard is only read.");
  else if (file === undefined) plain(response, 404, "There is no such page.");
  else {
    if (path === "/") response.setHeader("set-cookie", cookieFor(terms));
    response.writeHead(200, { "content-type": file.contentType, "content-length": file.body.length });
    response.end(request.method === "HEAD" ? undefined : file.body);
  }
}

/** Nothing but our own files runs, nobody frames the page, and its URL (with the token) goes nowhere. */
const securityHeaders = (port: number): Readonly<Record<string, string>> => ({
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
});

const refusals: Readonly<Record<Exclude<Verdict, "granted">, string>> = {
  foreignHost: "The dashboard answers only to the machine's own names: 127.0.0.1 and localhost.",
  foreignOrigin: "Another web page may not use the dashboard.",
  noToken: "The dashboard's URL ends with a token. `./kubus status` prints it whole.",
  wrongToken: "That token is not this cluster's. `./kubus status` prints the dashboard's URL.",
};

function refuse(response: ServerResponse, verdict: Exclude<Verdict, "granted">): void {
  plain(response, refusalStatus[verdict], refusals[verdict]);
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  response.end(`${text}\n`);
}

function refuseUpgrade(stream: Duplex, status: number): void {
  stream.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function pageOn(socket: WebSocket): PageSocket {
  socket.on("error", () => socket.terminate()); // `close` follows and ends the page's line.
  return {
    send: (text, onSent) => socket.send(text, () => onSent()),
    onMessage: (listener) => {
      socket.on("message", (data) => listener((data as Buffer).toString("utf8")));
    },
    onClose: (listener) => {
      socket.once("close", () => listener());
    },
  };
}

async function close(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.terminate();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

/** Writes the API's answers to HTTP: whole ones at once (compressed when large), streams as they come. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { promisify } from "node:util";
import { constants, createGzip, gzip, type Gzip } from "node:zlib";
import { isStream, type ApiResponse, type Sink, type WholeResponse } from "../../api/request.ts";
import { httpLimits } from "./limits.ts";

const compress = promisify(gzip);

export async function respond(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  response: ApiResponse,
): Promise<void> {
  if (!isStream(response)) {
    await respondWhole(incoming, outgoing, response);
    return;
  }
  const isZipped = response.isWhole === true && acceptsGzip(incoming);
  outgoing.writeHead(response.status, {
    "cache-control": "no-cache, private",
    ...mutable(response.headers),
    ...(isZipped ? zippedHeaders : {}),
  });
  outgoing.flushHeaders();
  if (incoming.method === "HEAD") outgoing.end();
  else await response.stream(isZipped ? sinkOf(zippedInto(outgoing)) : sinkOf(outgoing));
}

const zippedHeaders = { "content-encoding": "gzip", vary: "accept-encoding" } as const;

/** What is written into it arrives compressed; when either end breaks, so does the other. */
function zippedInto(outgoing: ServerResponse): Gzip {
  const zip = createGzip({ level: constants.Z_BEST_SPEED });
  zip.pipe(outgoing);
  outgoing.once("close", () => zip.destroy());
  zip.once("error", () => outgoing.destroy());
  return zip;
}

const acceptsGzip = ({ headers }: IncomingMessage): boolean =>
  /\bgzip\b/.test(headers["accept-encoding"]?.toString() ?? "");

async function respondWhole(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  response: WholeResponse,
): Promise<void> {
  const { body, encoding } = await encoded(incoming, response.body);
  outgoing.writeHead(response.status, {
    "cache-control": "no-cache, private",
    ...mutable(response.headers),
    ...encoding,
    "content-length": body.length,
  });
  outgoing.end(incoming.method === "HEAD" ? undefined : body);
}

async function encoded(incoming: IncomingMessage, body: Uint8Array) {
  if (!acceptsGzip(incoming) || body.length <= httpLimits.gzipAboveBytes) return { body, encoding: {} };
  const zipped = await compress(body, { level: constants.Z_BEST_SPEED });
  return { body: zipped, encoding: zippedHeaders };
}

const mutable = (headers: ApiResponse["headers"]) => headers as Record<string, string | string[]>;

/** A response's body as a sink. Bytes are queued by the socket; how many wait is there to be asked. */
export function sinkOf(outgoing: Writable): Sink {
  const gone = new AbortController();
  outgoing.on("close", () => gone.abort());
  outgoing.on("error", () => gone.abort());
  return {
    write: (chunk) => {
      if (!gone.signal.aborted) outgoing.write(chunk);
    },
    waitingBytes: () => outgoing.writableLength,
    drained: () =>
      outgoing.writableNeedDrain && !gone.signal.aborted
        ? new Promise((resolve) => {
            const over = () => {
              outgoing.off("drain", over);
              outgoing.off("close", over);
              resolve();
            };
            outgoing.on("drain", over);
            outgoing.on("close", over);
          })
        : Promise.resolve(),
    end: () => {
      if (!gone.signal.aborted) outgoing.end();
    },
    cut: (reason) => outgoing.destroy(new Error(reason)),
    gone: gone.signal,
  };
}

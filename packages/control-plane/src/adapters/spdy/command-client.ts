/**
 * exec and attach by SPDY: one stream for each channel, named by its `streamtype`, opened by the client in any order.
 *
 * All must be there in time before anything is started. At the end the client hangs up, not we: whoever closes first
 * takes the exit code from a client that has not read it yet.
 */
import type { Clock } from "@kubus/shared/time/clock.ts";
import { execStream } from "@kubus/shared/bus/pod-streams.ts";
import { Refusal } from "@kubus/shared/errors/codes.ts";
import { byteStreamOf } from "@kubus/shared/adapters/byte-stream.ts";
import { textOfStatus } from "../../api/streams/command-status.ts";
import type { CommandClient, CommandStatus, CommandStreams } from "../../api/streams/session.ts";
import type { SpdyHeaders } from "./headers.ts";
import type { SpdySession } from "./session.ts";
import type { SpdyStream } from "./stream.ts";

/** In the order of preference. What is not offered at all is the first one ever. */
export const spdyCommandProtocols: readonly string[] = [
  "v5.channel.k8s.io",
  "v4.channel.k8s.io",
  "v3.channel.k8s.io",
  "v2.channel.k8s.io",
  "channel.k8s.io",
];

/** As the kubelet's: how long a client may take to open its streams. */
export const streamCreationMs = 30_000;

const canResize = (protocol: string) => /^v[345]\./.test(protocol);
const tellsStatus = (protocol: string) => /^v[45]\./.test(protocol);

type StreamType = "error" | "stdin" | "stdout" | "stderr" | "resize";

export function expectedStreams(
  { stdin, stdout, stderr, tty }: CommandStreams,
  protocol: string,
): readonly StreamType[] {
  return [
    "error",
    ...(stdin ? (["stdin"] as const) : []),
    ...(stdout ? (["stdout"] as const) : []),
    ...(stderr && !tty ? (["stderr"] as const) : []),
    ...(tty && canResize(protocol) ? (["resize"] as const) : []),
  ];
}

export interface StreamCollector {
  /** For the session: takes the streams that are expected, each once. */
  readonly accept: (headers: SpdyHeaders) => ((stream: SpdyStream) => void) | undefined;
  /** Resolves when all are there; rejects with a Refusal when they are not in time. */
  readonly collected: Promise<ReadonlyMap<StreamType, SpdyStream>>;
}

export function collectStreams(expected: readonly StreamType[], clock: Clock): StreamCollector {
  const found = new Map<StreamType, SpdyStream>();
  const promised = new Set<StreamType>();
  const done = Promise.withResolvers<ReadonlyMap<StreamType, SpdyStream>>();
  const timer = clock.setTimeout(
    () => done.reject(new Refusal("timeout", "timed out waiting for the client to open its streams")),
    streamCreationMs,
  );
  return {
    accept: (headers) => {
      const type = expected.find((name) => name === headers.get("streamtype"));
      if (type === undefined || promised.has(type)) return undefined;
      promised.add(type);
      return (stream) => {
        found.set(type, stream);
        if (found.size === expected.length) done.resolve(found);
      };
    },
    collected: done.promise.finally(() => clock.clearTimeout(timer)),
  };
}

export function spdyCommandClient(
  session: SpdySession,
  streams: ReadonlyMap<StreamType, SpdyStream>,
  protocol: string,
): CommandClient {
  const left = new AbortController();
  void session.closed.then(() => left.abort());
  const outputs = new Map([
    [execStream.stdout, streams.get("stdout")],
    [execStream.stderr, streams.get("stderr")],
  ] as const);
  return {
    listen: async (take) => {
      const [stdin, resize] = [streams.get("stdin"), streams.get("resize")];
      await Promise.all([
        hear(stdin, (bytes) => take({ stream: execStream.stdin, bytes })).then((isWhole) =>
          isWhole
            ? take({ stream: execStream.close, bytes: Uint8Array.of(execStream.stdin) }).catch(
                () => undefined,
              )
            : undefined,
        ),
        hear(resize, (bytes) => take({ stream: execStream.resize, bytes })),
      ]);
    },
    write: async ({ stream, bytes }) => {
      const output = outputs.get(stream as 1 | 2);
      if (output !== undefined) await byteStreamOf(output, output).write(bytes);
    },
    finish: async (status) => {
      await tell(streams.get("error"), status, protocol);
      await Promise.all([...streams.values()].map(ended));
      await session.goodbye();
    },
    left: left.signal,
  };
}

/** Whether it came to its end. Reads on when nobody takes it any more, so that the rest of the session is heard. */
async function hear(
  stream: SpdyStream | undefined,
  take: (bytes: Uint8Array) => Promise<void>,
): Promise<boolean> {
  if (stream === undefined) return false;
  let isTaking = true;
  try {
    for await (const bytes of byteStreamOf(stream, stream).incoming)
      if (isTaking)
        isTaking = await take(bytes).then(
          () => true,
          () => false,
        );
    return isTaking;
  } catch {
    return false; // The client broke it off.
  }
}

async function tell(error: SpdyStream | undefined, status: CommandStatus, protocol: string): Promise<void> {
  const text = tellsStatus(protocol) ? JSON.stringify(status) : textOfStatus(status);
  if (error !== undefined && text !== "") error.write(text);
  await ended(error);
}

const ended = (stream: SpdyStream | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (stream === undefined || stream.destroyed || stream.writableFinished) resolve();
    else stream.end(() => resolve());
  });

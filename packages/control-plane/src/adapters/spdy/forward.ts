/**
 * Port-forwards by SPDY: two streams for each connection, `data` and `error`, paired by their `requestid`.
 *
 * A pair that is not whole in time is broken off; connections come and go as long as the client stays.
 */
import { byteStreamOf } from "@kubus/shared/adapters/byte-stream.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { ForwardSession } from "../../api/streams/session.ts";
import { relayForward } from "../../api/streams/relay-forward.ts";
import { portIn } from "../../api/streams/upgrades.ts";
import { streamCreationMs } from "./command-client.ts";
import type { SpdyHeaders } from "./headers.ts";
import { resetStatus } from "./spdy-error.ts";
import type { SpdyStream } from "./stream.ts";

export const spdyForwardProtocol = "portforward.k8s.io";

interface Pair {
  readonly port: number;
  data?: SpdyStream;
  error?: SpdyStream;
  readonly timer: unknown;
}

interface Head {
  readonly type: "data" | "error";
  readonly port: number;
  /** Clients from long ago give none: their error stream comes right before its data stream. */
  readonly requestId: string | undefined;
}

export function forwardStreams(
  session: ForwardSession,
  clock: Clock,
): (headers: SpdyHeaders) => ((stream: SpdyStream) => void) | undefined {
  const pairs = new Map<string, Pair>();
  const take = ({ type, port, requestId }: Head, stream: SpdyStream) => {
    const id = requestId ?? String(type === "error" ? stream.id : stream.id - 2);
    const giveUp = () => {
      pairs.delete(id);
      for (const half of [pair.data, pair.error]) half?.reset(resetStatus.cancel);
    };
    const pair: Pair = pairs.get(id) ?? { port, timer: clock.setTimeout(giveUp, streamCreationMs) };
    if (pair[type] !== undefined) {
      stream.reset(resetStatus.streamInUse);
      return;
    }
    pair[type] = stream;
    pairs.set(id, pair);
    const { data, error } = pair;
    if (data === undefined || error === undefined) return;
    clock.clearTimeout(pair.timer);
    pairs.delete(id);
    void forward(session, { port: pair.port, data, error }, clock);
  };
  return (headers) => {
    const head = headOf(headers);
    return head === undefined ? undefined : (stream) => take(head, stream);
  };
}

async function forward(
  session: ForwardSession,
  { port, data, error }: { readonly port: number; readonly data: SpdyStream; readonly error: SpdyStream },
  clock: Clock,
): Promise<void> {
  // Nothing is said on it by the client, but its end must be heard.
  error.resume();
  await relayForward(
    {
      port,
      data: byteStreamOf(data, data),
      finish: async (message) => {
        await new Promise<void>((resolve) => error.end(message ?? "", () => resolve()));
        // What the client still sends has nobody who takes it.
        if (data.readableEnded) data.end();
        else data.reset(resetStatus.cancel);
      },
    },
    session,
    clock,
  );
}

function headOf(headers: SpdyHeaders): Head | undefined {
  const type = headers.get("streamtype");
  if (type !== "data" && type !== "error") return undefined;
  try {
    return { type, port: portIn(headers.get("port") ?? ""), requestId: headers.get("requestid") };
  } catch {
    return undefined; // No port: the stream is refused.
  }
}

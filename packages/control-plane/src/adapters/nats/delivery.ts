/** What a consumer delivers, read off the messages. Pure. */
import type { Msg } from "@nats-io/transport-node";

export type Delivery =
  | {
      readonly type: "message";
      /** Counts what this consumer delivered, from 1. */
      readonly number: number;
      readonly revision: number;
      /** Wall-clock milliseconds at which it was stored. */
      readonly writtenAt: number;
      /** How many more there are at this moment. */
      readonly pending: number;
    }
  /** A sign of life; `number` is that of the last message delivered. */
  | { readonly type: "heartbeat"; readonly number: number; readonly answerTo?: string }
  /** The server asks whether we keep up. */
  | { readonly type: "flowControl" };

/** Undefined for anything else. */
export function deliveryOf(msg: Pick<Msg, "data" | "headers" | "reply">): Delivery | undefined {
  return msg.data.length === 0 ? signOf(msg) : messageOf(msg.reply ?? "");
}

function signOf({ headers, reply }: Pick<Msg, "headers" | "reply">): Delivery | undefined {
  if (headers?.code !== 100) return undefined;
  if (reply !== undefined && reply !== "") return { type: "flowControl" };
  const answerTo = headers.get("Nats-Consumer-Stalled");
  const number = Number(headers.get("Nats-Last-Consumer"));
  return { type: "heartbeat", number, ...(answerTo === "" ? {} : { answerTo }) };
}

/**
 * The reply subject tells: `$JS.ACK.<stream>.<consumer>.<deliveries>.<revision>.<number>.<time>.<pending>`, with a
 * domain and an account before the stream on some servers.
 */
function messageOf(reply: string): Delivery | undefined {
  const tokens = reply.split(".");
  if (tokens[0] !== "$JS" || tokens[1] !== "ACK") return undefined;
  const [, , , revision, number, time = "", pending] = tokens.slice(tokens.length === 9 ? 2 : 4);
  return {
    type: "message",
    number: Number(number),
    revision: Number(revision),
    writtenAt: Number(time.slice(0, -6)), // Nanoseconds do not fit a number.
    pending: Number(pending),
  };
}

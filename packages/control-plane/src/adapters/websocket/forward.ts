/**
 * Port-forwards by the older WebSocket protocol: a pair of channels, data and errors, for each port that the query
 * asked for, connected at once. Each begins with the port's number. A direction cannot end before the connection.
 */
import type { WebSocket } from "ws";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { relayForward } from "../../api/streams/relay-forward.ts";
import type { ForwardSession } from "../../api/streams/session.ts";
import { messagesOn, type Encoding, type Message, type Messages } from "./messages.ts";

export const forwardProtocols: readonly string[] = ["v4.channel.k8s.io", "v4.base64.channel.k8s.io"];

const encoder = new TextEncoder();

export async function forwardMessages(
  socket: WebSocket,
  session: ForwardSession,
  clock: Clock,
): Promise<void> {
  const encoding: Encoding = socket.protocol.includes("base64") ? "base64" : "binary";
  const messages = messagesOn(socket, encoding);
  const inputs = session.ports.map(() => queue());
  const over = Promise.all(
    inputs.map(async (input, i) => {
      const port = session.ports[i] ?? 0;
      const [data, errors] = [i * 2, i * 2 + 1];
      const head = Uint8Array.of(port & 0xff, port >> 8);
      for (const channel of [data, errors]) await messages.send({ channel, bytes: head });
      await relayForward(
        {
          port,
          data: {
            incoming: input.pieces,
            write: (bytes) => messages.send({ channel: data, bytes }),
            end: () => Promise.resolve(),
            reset: () => undefined,
          },
          finish: async (message) => {
            input.end();
            if (message !== undefined)
              await messages.send({ channel: errors, bytes: encoder.encode(message) });
          },
        },
        session,
        clock,
      );
    }),
  );
  void distribute(messages, inputs);
  await over.catch(() => undefined); // The client is gone.
  messages.close();
}

type Queue = ReturnType<typeof queue>;

/** Reads no further before a piece was taken. */
async function distribute(messages: Messages, inputs: readonly Queue[]): Promise<void> {
  for await (const { channel, bytes } of messages.incoming)
    if (channel % 2 === 0) await inputs[channel / 2]?.push(bytes);
  for (const input of inputs) input.end();
}

/** One piece at a time between the connection and one of its ports. */
function queue() {
  let waiting: { readonly bytes: Message["bytes"]; readonly taken: () => void } | undefined;
  let isOver = false;
  let change = Promise.withResolvers<undefined>();
  const stir = () => {
    change.resolve(undefined);
    change = Promise.withResolvers();
  };
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (waiting !== undefined) {
        const { bytes, taken } = waiting;
        waiting = undefined;
        yield bytes;
        taken();
      } else if (isOver) return;
      else await change.promise;
    }
  }
  return {
    pieces: pieces(),
    push: (bytes: Uint8Array): Promise<void> => {
      if (isOver) return Promise.resolve();
      return new Promise((taken) => {
        waiting = { bytes, taken };
        stir();
      });
    },
    end: () => {
      isOver = true;
      waiting?.taken();
      waiting = undefined;
      stir();
    },
  };
}

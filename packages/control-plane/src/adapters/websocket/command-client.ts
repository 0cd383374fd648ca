/** exec and attach by WebSocket: `v5.channel.k8s.io` and all that came before it, binary and in base64. */
import type { WebSocket } from "ws";
import { execStream } from "@kubus/shared/bus/pod-streams.ts";
import { textOfStatus } from "../../api/streams/command-status.ts";
import type { CommandClient, CommandStreams } from "../../api/streams/session.ts";
import { messagesOn, type Encoding } from "./messages.ts";

interface Protocol {
  readonly encoding: Encoding;
  /** The last word is a Status; otherwise a sentence, if anything. */
  readonly tellsStatus: boolean;
  /** stdin can end before the connection does. */
  readonly canEndInput: boolean;
}

/** By name, in the order of preference. Whoever offers nothing speaks the oldest. */
const protocols: Readonly<Record<string, Protocol>> = {
  "v5.channel.k8s.io": { encoding: "binary", tellsStatus: true, canEndInput: true },
  "v4.channel.k8s.io": { encoding: "binary", tellsStatus: true, canEndInput: false },
  "v4.base64.channel.k8s.io": { encoding: "base64", tellsStatus: true, canEndInput: false },
  "channel.k8s.io": { encoding: "binary", tellsStatus: false, canEndInput: false },
  "base64.channel.k8s.io": { encoding: "base64", tellsStatus: false, canEndInput: false },
};

export const commandProtocols: readonly string[] = Object.keys(protocols);

const oldest: Protocol = { encoding: "binary", tellsStatus: false, canEndInput: false };

const encoder = new TextEncoder();

export function webSocketCommandClient(
  socket: WebSocket,
  { stdout, stderr }: Pick<CommandStreams, "stdout" | "stderr">,
): CommandClient {
  const { encoding, tellsStatus, canEndInput } = protocols[socket.protocol] ?? oldest;
  const messages = messagesOn(socket, encoding);
  const taken = new Set<number>([
    execStream.stdin,
    execStream.resize,
    ...(canEndInput ? [execStream.close] : []),
  ]);
  const lowest = stdout ? execStream.stdout : stderr ? execStream.stderr : execStream.result;
  // Older clients wait for a first message to know that they are connected.
  if (!canEndInput) messages.send({ channel: lowest, bytes: new Uint8Array() }).catch(() => undefined);
  return {
    listen: async (take) => {
      let isTaking = true;
      for await (const { channel, bytes } of messages.incoming)
        if (isTaking && taken.has(channel))
          isTaking = await take({ stream: channel, bytes }).then(
            () => true,
            () => false,
          );
    },
    write: ({ stream, bytes }) => messages.send({ channel: stream, bytes }),
    finish: async (status) => {
      const text = tellsStatus ? JSON.stringify(status) : textOfStatus(status);
      if (text !== "") await messages.send({ channel: execStream.result, bytes: encoder.encode(text) });
      messages.close();
    },
    left: messages.left,
  };
}

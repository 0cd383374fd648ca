/**
 * exec and attach between a client and a channel to the node's agent, whatever the client's transport is.
 *
 * Neither side is read faster than the other takes it. The last word is a metav1.Status that tells how it ended, also
 * when it never began.
 */
import type { Channel } from "@kubus/shared/bus/channel.ts";
import { decodeExecFrames, encodeExecFrames } from "@kubus/shared/bus/exec-frames.ts";
import { execStream, type SessionResult } from "@kubus/shared/bus/pod-streams.ts";
import { Refusal } from "@kubus/shared/errors/codes.ts";
import { statusOfError, statusOfResult } from "./command-status.ts";
import type { CommandClient, CommandSession, CommandStreams } from "./session.ts";

/** Never rejects. */
export async function relayCommand(client: CommandClient, session: CommandSession): Promise<void> {
  const status = await run(client, session).then(statusOfResult, statusOfError);
  // When the client is gone already, nobody needs to be told.
  await client.finish(status).catch(() => undefined);
}

async function run(client: CommandClient, session: CommandSession): Promise<SessionResult> {
  const channel = await session.open();
  const leave = () => channel.reset("the client left");
  client.left.addEventListener("abort", leave, { once: true });
  if (client.left.aborted) leave();
  void client.listen(async ({ stream, bytes }) => {
    for (const frame of encodeExecFrames({ stream, bytes })) await channel.write(frame);
  });
  try {
    return await toClient(channel, client, session.streams);
  } finally {
    client.left.removeEventListener("abort", leave);
    channel.reset("the session is over");
  }
}

async function toClient(
  channel: Channel,
  client: CommandClient,
  { stdout, stderr }: CommandStreams,
): Promise<SessionResult> {
  for await (const frame of decodeExecFrames(channel.incoming)) {
    const { stream, bytes } = frame;
    if (stream === execStream.result) return JSON.parse(new TextDecoder().decode(bytes)) as SessionResult;
    const isWanted = (stream === execStream.stdout && stdout) || (stream === execStream.stderr && stderr);
    if (isWanted) await client.write(frame);
  }
  throw new Refusal("internal", "the agent ended the session without telling how the command ended");
}

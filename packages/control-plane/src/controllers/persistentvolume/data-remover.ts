/**
 * Has a board delete the data of a volume.
 *
 * Idempotent: what is gone already counts as deleted, so an answer that got lost costs nothing but another request.
 */
import type { Channels } from "@kubus/shared/bus/channel.ts";
import { shortTextFrom } from "@kubus/shared/bus/short-text.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import type { VolumeRemoval, VolumeRemovalReply } from "@kubus/shared/bus/volume-removal.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";

export interface DataOfVolume {
  /** The board that is to do it. */
  readonly node: string;
  /** The volume's folder there. */
  readonly path: string;
}

/** Resolves when the folder is no more. Rejects with what the board has against it, or with Trouble when it is silent. */
export type RemoveVolumeData = (data: DataOfVolume) => Promise<void>;

export const removerLimits = {
  /** For the board to take the request. */
  openMs: 5_000,
  /** For the whole of it: millions of files take minutes. The board goes on after that, and is asked again. */
  answerMs: 120_000,
  answerBytesMax: 64 * 1_024,
} as const;

export interface RemoverOptions {
  readonly channels: Pick<Channels, "open">;
  readonly clock: Clock;
}

export const makeDataRemover =
  ({ channels, clock }: RemoverOptions): RemoveVolumeData =>
  async ({ node, path }) => {
    const deadline = new AbortController();
    const why = new Trouble("timeout", `Board ${node} did not answer.`);
    const timer = clock.setTimeout(() => deadline.abort(why), removerLimits.answerMs);
    const removal: VolumeRemoval = { path };
    try {
      const channel = await channels.open({
        subject: subjectOf("volumeRemoval", node),
        prefix: subjectOf("channel", node),
        opening: new TextEncoder().encode(JSON.stringify(removal)),
        timeoutMs: removerLimits.openMs,
        signal: deadline.signal,
      });
      const { error } = JSON.parse(
        await shortTextFrom(channel, { bytesMax: removerLimits.answerBytesMax, signal: deadline.signal }),
      ) as VolumeRemovalReply;
      if (error !== undefined) throw new Error(error);
    } finally {
      clock.clearTimeout(timer);
    }
  };

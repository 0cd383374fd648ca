/** Deletes the data of persistent volumes for servers: one folder for each channel that they open. */
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import type { Channels } from "@kubus/shared/bus/channel.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import type { VolumeRemoval, VolumeRemovalReply } from "@kubus/shared/bus/volume-removal.ts";
import type { VolumeStore } from "../ports/volume-store.ts";

export interface RemovalOptions {
  readonly node: string;
  readonly channels: Channels;
  /** Undefined: nothing is mounted here, so there is nothing to delete either. */
  readonly store: Pick<VolumeStore, "deleteVolume"> | undefined;
}

/** A server that hangs up does not stop a deletion: the next one that asks finds the folder gone. */
export function serveRemoval({ node, channels, store }: RemovalOptions): Subscription {
  const answer = async (path: unknown): Promise<VolumeRemovalReply> => {
    if (store === undefined) return { error: "This board has no volumes." };
    if (typeof path !== "string") return { error: "The request names no path." };
    try {
      await store.deleteVolume(path);
      return {};
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  };
  return channels.accept(subjectOf("volumeRemoval", node), async ({ payload }, channel) => {
    const { path } = JSON.parse(new TextDecoder().decode(payload)) as Partial<VolumeRemoval>;
    await channel.write(new TextEncoder().encode(JSON.stringify(await answer(path))));
    await channel.end();
  });
}

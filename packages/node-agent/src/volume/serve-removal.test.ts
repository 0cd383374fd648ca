/** What a board answers to who asks it to delete data. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { channelsOn } from "@kubus/shared/bus/bus-channel.ts";
import { memoryBus } from "@kubus/shared/bus/memory-bus.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { memoryVolumes, type MemoryVolumes } from "../testing/memory-volumes.ts";
import { serveRemoval } from "./serve-removal.ts";

async function answerTo(request: object, store: MemoryVolumes | undefined): Promise<unknown> {
  const clock = simulatedClock();
  const bus = memoryBus({ clock });
  const on = (name: string, seed: number) =>
    channelsOn(bus.connect(name), { clock, random: seededRandom(seed) });
  serveRemoval({ node: "board-1", channels: on("board-1", 1), store });
  const channel = await on("server-1", 2).open({
    subject: subjectOf("volumeRemoval", "board-1"),
    prefix: subjectOf("channel", "board-1"),
    opening: new TextEncoder().encode(JSON.stringify(request)),
    timeoutMs: 1_000,
  });
  const chunks: Uint8Array[] = [];
  const read = (async () => {
    for await (const chunk of channel.incoming) chunks.push(chunk);
  })();
  await settle();
  await channel.end();
  await read;
  return JSON.parse(Buffer.concat(chunks).toString());
}

test("a board deletes the folder that it is asked to, and says what it has against it", async () => {
  const volumes = memoryVolumes();
  assert.deepEqual(await answerTo({ path: "/v/pvc-1" }, volumes), {});
  assert.deepEqual(volumes.deleted, ["/v/pvc-1"]);
  await volumes.link({ podUid: "uid-1", volume: "data" }, { path: "/v/pvc-2", type: "volume" });
  assert.deepEqual(await answerTo({ path: "/v/pvc-2" }, volumes), { error: "pod uid-1/data uses it" });
  assert.deepEqual(await answerTo({}, volumes), { error: "The request names no path." });
  assert.deepEqual(await answerTo({ path: "/v/pvc-1" }, undefined), { error: "This board has no volumes." });
});

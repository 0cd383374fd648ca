/** How boards are asked to delete data: answers, refusals, silence. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { channelsOn } from "@kubus/shared/bus/bus-channel.ts";
import type { Channel } from "@kubus/shared/bus/channel.ts";
import { memoryBus } from "@kubus/shared/bus/memory-bus.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import { isTrouble } from "@kubus/shared/errors/trouble.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { makeDataRemover, removerLimits } from "./data-remover.ts";

/** A board that answers so, and what came of asking it. */
async function asked(answer: ((channel: Channel, path: unknown) => Promise<void>) | undefined) {
  const clock = simulatedClock();
  const bus = memoryBus({ clock });
  const on = (name: string, seed: number) =>
    channelsOn(bus.connect(name), { clock, random: seededRandom(seed) });
  if (answer !== undefined)
    on("board-1", 1).accept(subjectOf("volumeRemoval", "board-1"), async ({ payload }, channel) => {
      const { path } = JSON.parse(new TextDecoder().decode(payload)) as { readonly path: unknown };
      await answer(channel, path);
    });
  const remove = makeDataRemover({ channels: on("server-1", 2), clock });
  const outcome = remove({ node: "board-1", path: "/v/pvc-1" }).then(
    () => "removed",
    (error: unknown) => error,
  );
  for (let waitedMs = 0; waitedMs <= removerLimits.answerMs; waitedMs += 1_000) {
    await settle();
    await clock.advance(1_000);
  }
  return outcome;
}

const says = (text: string) => async (channel: Channel) => {
  await channel.write(new TextEncoder().encode(text));
  await channel.end();
};

test("a board that says nothing against it has deleted what it was asked to", async () => {
  const paths: unknown[] = [];
  const outcome = await asked((channel, path) => {
    paths.push(path);
    return says("{}")(channel);
  });
  assert.deepEqual([outcome, paths], ["removed", ["/v/pvc-1"]]);
});

test("what a board has against it is told", async () => {
  const outcome = await asked(says(JSON.stringify({ error: "/v/pvc-1 is used by a pod on this board" })));
  assert.ok(outcome instanceof Error && !isTrouble(outcome));
  assert.equal(outcome.message, "/v/pvc-1 is used by a pod on this board");
});

test("a board that is not there, or never answers, is trouble", async () => {
  assert.ok(isTrouble(await asked(undefined)));
  assert.ok(isTrouble(await asked(() => new Promise(() => undefined))));
});

test("an answer without end is not read to its end", async () => {
  const outcome = await asked(says("x".repeat(removerLimits.answerBytesMax + 1)));
  assert.match(String(outcome), /the answer is too long/);
});

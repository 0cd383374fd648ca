import assert from "node:assert/strict";
import { test } from "node:test";
import { settle } from "@kubus/shared/testing/settle.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { textOf } from "../../testing/bytes.ts";
import { makeTee, teeLimits } from "./tee.ts";

const piece = Buffer.alloc(64 * 1024, "x");

function aTee() {
  const clock = simulatedClock();
  const rooms: number[] = [];
  const tee = makeTee({ clock, onRoom: () => void rooms.push(clock.monotonic()) });
  /** Until the program would have to wait. */
  const fill = () => {
    let given = 0;
    for (let more = true; more && given < 100; given += 1) more = tee.push("stdout", piece);
    return given * piece.length;
  };
  return { clock, rooms, tee, fill };
}

test("gives every client its own copy, from the moment it came", async () => {
  const { tee } = aTee();
  const shared = Buffer.from("one ");
  assert.equal(tee.push("stdout", shared), true);
  const [first, second] = [tee.join(), tee.join()];
  tee.push("stdout", Buffer.from("two "));
  tee.push("stderr", shared);
  shared.fill("?");
  tee.end();
  assert.deepEqual([await textOf(first.stdout), await textOf(first.stderr)], ["two ", "one "]);
  assert.deepEqual([await textOf(second.stdout), await first.over], ["two ", "ended"]);
});

test("holds the program up for a slow client, and lets it go on when that one has read", async () => {
  const { tee, fill, rooms } = aTee();
  const client = tee.join();
  assert.equal(fill(), teeLimits.waitingBytesMax);
  const reader = client.stdout[Symbol.asyncIterator]();
  for (let i = 0; i < 2; i += 1) await reader.next();
  await settle();
  assert.equal(rooms.length, 1);
  assert.equal(tee.push("stdout", Buffer.from("x")), true);
  client.leave();
});

test("lets a client go that stands still, for the program's sake", async () => {
  const { tee, fill, rooms, clock } = aTee();
  const client = tee.join();
  fill();
  await clock.advance(teeLimits.standstillMs - 1);
  assert.equal(rooms.length, 0);
  await clock.advance(1);
  assert.deepEqual([await client.over, rooms.length], ["standstill", 1]);
  assert.equal(tee.push("stdout", piece), true);
});

test("a client that leaves holds nobody up", async () => {
  const { tee, fill, rooms } = aTee();
  const [slow, other] = [tee.join(), tee.join()];
  fill();
  slow.leave();
  assert.equal(rooms.length, 0);
  other.leave();
  assert.deepEqual([rooms.length, await slow.over], [1, "left"]);
});

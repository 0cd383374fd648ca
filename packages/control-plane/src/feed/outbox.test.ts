import assert from "node:assert/strict";
import { test } from "node:test";
import type { FeedMessage } from "@kubus/shared/feed/messages.ts";
import { makeOutbox, outboxLimits } from "./outbox.ts";

const problem = (message: string): FeedMessage => ({ type: "problem", message });

function aReceiver() {
  const sent: string[] = [];
  let buffered = 0;
  let behind = 0;
  let refills = 0;
  const outbox = makeOutbox({
    receiver: {
      send: (text) => sent.push((JSON.parse(text) as { message: string }).message),
      bufferedAmount: () => buffered,
    },
    onBehind: () => (behind += 1),
    refill: () => (refills += 1),
  });
  return {
    outbox,
    sent,
    isSlow: (slow: boolean) => (buffered = slow ? outboxLimits.bufferedBytesMax : 0),
    counts: () => ({ behind, refills }),
  };
}

test("sends at once and in order while the receiver keeps up", () => {
  const { outbox, sent, counts } = aReceiver();
  for (const word of ["a1", "b1", "a2"]) outbox.put(word.charAt(0), problem(word));
  assert.deepEqual(sent, ["a1", "b1", "a2"]);
  assert.deepEqual(counts(), { behind: 0, refills: 0 });
});

test("keeps only the newest of each thing for a slow receiver, in the order of their last change", () => {
  const { outbox, sent, isSlow, counts } = aReceiver();
  isSlow(true);
  for (const word of ["a1", "b1", "a2", "c1"]) outbox.put(word.charAt(0), problem(word));
  assert.deepEqual(sent, []);
  assert.equal(outbox.hasRoom(), false);
  isSlow(false);
  outbox.put("d", problem("d1"));
  assert.deepEqual(sent, [], "nothing overtakes what waits");
  outbox.flush();
  assert.deepEqual(sent, ["b1", "a2", "c1", "d1"]);
  assert.deepEqual(counts(), { behind: 1, refills: 0 });
});

test("asks for everything anew when too much was missed, and holds nothing until then", () => {
  const { outbox, sent, isSlow, counts } = aReceiver();
  isSlow(true);
  for (let i = 0; i <= outboxLimits.waitingMax; i += 1) outbox.put(`thing ${i}`, problem(String(i)));
  outbox.put("late", problem("late"));
  isSlow(false);
  outbox.flush();
  assert.deepEqual(sent, []);
  assert.deepEqual(counts(), { behind: 1, refills: 1 });
  outbox.put("new", problem("new"));
  assert.deepEqual(sent, ["new"]);
});

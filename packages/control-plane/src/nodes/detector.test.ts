import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import {
  detectorLimits,
  expecting,
  heard,
  judge,
  kernelAnswered,
  patience,
  saidGoodbye,
  type Hearing,
  type Observer,
} from "./detector.ts";

const observer: Observer = { patience: patience.balanced, listeningSince: 0, latenessMs: 0 };
const beat = (sequence: number, agentId = "a") => ({ agentId, bootId: "b", sequence, ready: true });

/** A board that has beaten every 100 ms since 0. */
function beating(untilMs: number): Hearing {
  let hearing = expecting("board-1", 100, 0);
  for (let at = 0; at <= untilMs; at += 100) hearing = heard(hearing, beat(at / 100), at);
  return hearing;
}

const verdictAt = (hearing: Hearing, now: number, watcher = observer) => judge(hearing, watcher, now).verdict;

test("a board that beats is alive, then suspect, then silent", () => {
  const hearing = beating(10_000);
  assert.equal(verdictAt(hearing, 10_300), "alive");
  assert.equal(verdictAt(hearing, 10_400), "suspect");
  assert.equal(verdictAt(hearing, 10_999), "suspect");
  assert.equal(verdictAt(hearing, 11_001), "silent");
});

test("a refused port means that the agent stopped, not that the board died", () => {
  const hearing = kernelAnswered(beating(10_000), 10_500);
  assert.equal(verdictAt(hearing, 11_001), "agentStopped");
  assert.equal(verdictAt(hearing, 10_500 + detectorLimits.kernelAnswerMs + 1), "silent");
});

test("a goodbye is believed at once, until the kernel is silent too", () => {
  const hearing = saidGoodbye(beating(10_000), "a", 10_050);
  assert.equal(verdictAt(hearing, 10_051), "agentStopped");
  assert.equal(verdictAt(kernelAnswered(hearing, 60_000), 61_000), "agentStopped");
  assert.equal(verdictAt(hearing, 14_000), "silent");
});

test("a goodbye of an earlier agent does not stop its successor", () => {
  const hearing = saidGoodbye(heard(beating(10_000), beat(0, "successor"), 10_100), "a", 10_150);
  assert.equal(verdictAt(hearing, 10_200), "alive");
});

test("a beat that is played again counts for nothing", () => {
  const hearing = heard(beating(10_000), beat(50), 10_900);
  assert.equal(verdictAt(hearing, 11_001), "silent");
});

test("no verdict without a link of one's own, nor right after it returned", () => {
  const hearing = beating(10_000);
  assert.equal(verdictAt(hearing, 60_000, { ...observer, listeningSince: undefined }), "unknown");
  assert.equal(verdictAt(hearing, 60_100, { ...observer, listeningSince: 60_000 }), "unknown");
  assert.equal(verdictAt(hearing, 60_900, { ...observer, listeningSince: 60_000 }), "suspect");
  assert.equal(verdictAt(hearing, 61_001, { ...observer, listeningSince: 60_000 }), "silent");
});

test("a board that was never heard gets time to boot", () => {
  const hearing = expecting("board-1", 100, 0);
  assert.equal(verdictAt(hearing, 4_900), "unknown");
  assert.equal(verdictAt(hearing, 5_001), "silent");
});

test("an observer that is itself late waits longer", () => {
  assert.equal(verdictAt(beating(10_000), 11_200, { ...observer, latenessMs: 500 }), "suspect");
});

test("a slower fleet gets longer timeouts", () => {
  let hearing = expecting("board-1", 500, 0);
  for (let at = 0; at <= 20_000; at += 500) hearing = heard(hearing, beat(at / 500), at);
  assert.equal(verdictAt(hearing, 24_900), "suspect");
  assert.equal(verdictAt(hearing, 25_001), "silent");
});

/** One simulated hour of ten boards whose datagrams are lost with the given chance; counts false verdicts. */
function falseVerdicts(seed: number, loss: number): number {
  const random = seededRandom(seed);
  const arrives = () => random.next() >= loss;
  const hourMs = 3_600_000;
  const boards = 10;
  let count = 0;
  for (let board = 0; board < boards; board += 1) {
    let hearing = expecting("b", 100, 0);
    let sequence = 0;
    let nextLook = 0;
    for (let now = 0; now < hourMs; now += 20) {
      if (now % 100 === 0) {
        sequence += 1;
        if (arrives()) hearing = heard(hearing, beat(sequence), now);
      }
      if (now < nextLook) continue;
      const { verdict, lookAgainAt, probe } = judge(hearing, observer, now);
      nextLook = lookAgainAt;
      if (verdict === "silent") count += 1;
      // A probe and its answer must both arrive.
      if (probe && arrives() && arrives()) {
        sequence += 1;
        hearing = heard(hearing, beat(sequence), now + 1);
      }
    }
  }
  return count;
}

test("INVARIANT: an hour of 30 % loss makes no living board silent", () => {
  for (const seed of [1, 2, 3]) assert.equal(falseVerdicts(seed, 0.3), 0, `seed ${seed}`);
});

test("after an hour of 30 % loss a board that does die is found within 2 s", () => {
  const random = seededRandom(7);
  let hearing = expecting("b", 100, 0);
  let at = 0;
  for (; at < 600_000; at += 100) if (random.next() >= 0.3) hearing = heard(hearing, beat(at / 100), at);
  assert.equal(verdictAt(hearing, at + 2_000), "silent");
});

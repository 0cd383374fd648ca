import assert from "node:assert/strict";
import { test } from "node:test";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { storeLimits } from "./store.ts";
import { writeMachine, type Fate, type Sighting } from "./write.machine.ts";

interface Script {
  readonly first: "refused" | "doubtful";
  /** What is seen, in order; the last one again and again. "away" fails. */
  readonly looks: readonly (Sighting | "away")[];
  readonly publishes?: readonly (Sighting | "away")[];
}

async function run({
  first,
  looks,
  publishes = ["away"],
}: Script): Promise<{ trace: string; fate: Fate | undefined }> {
  const clock = simulatedClock();
  const next = (script: readonly (Sighting | "away")[]) => {
    const left = [...script];
    return () => {
      const seen = left.length > 1 ? left.shift() : left[0];
      if (seen === undefined || seen === "away") return Promise.reject(new Error("away"));
      return Promise.resolve(seen);
    };
  };
  const actors = {
    awaitBus: fill<undefined, undefined>(() => Promise.resolve(undefined)),
    look: fill<Sighting, undefined>(next(looks)),
    publish: fill<Sighting, undefined>(next(publishes)),
  };
  const trace: string[] = [];
  const actor = startActor(writeMachine.provide({ actors }), {
    id: "write",
    input: { first },
    clock,
    onError: assert.ifError,
  });
  actor.subscribe((snapshot) => {
    if (trace.at(-1) !== snapshot.value) trace.push(snapshot.value);
  });
  await clock.advance(storeLimits.deadlineMs);
  return { trace: trace.slice(0, 6).join(" → "), fate: actor.getSnapshot().output };
}

const written = { how: "written", revision: 7 } as const;
const untouched = { how: "untouched" } as const;
const overtaken = { how: "overtaken" } as const;

test("finds that its own write was applied though the answer was lost", async () => {
  assert.deepEqual(await run({ first: "doubtful", looks: [written] }), {
    trace: "looking → settled",
    fate: written,
  });
});

test("sends again what was not applied", async () => {
  const { trace, fate } = await run({ first: "doubtful", looks: [untouched], publishes: [written] });
  assert.deepEqual([trace, fate], ["looking → publishing → settled", written]);
});

test("keeps trying while the store is away, pausing in between", async () => {
  const { trace, fate } = await run({
    first: "refused",
    looks: ["away", "away", untouched],
    publishes: [written],
  });
  assert.deepEqual(
    [trace, fate],
    ["looking → pausing → awaitingBus → looking → pausing → awaitingBus", written],
  );
});

test("is overtaken only when its own write cannot have come first", async () => {
  const undecidable = { how: "undecidable" } as const;
  assert.deepEqual((await run({ first: "doubtful", looks: [overtaken] })).fate, overtaken);
  assert.deepEqual((await run({ first: "refused", looks: [undecidable] })).fate, overtaken);
  assert.deepEqual((await run({ first: "doubtful", looks: [undecidable] })).fate, { how: "unknown" });
  const sent = { first: "refused", looks: [untouched], publishes: [overtaken] } as const;
  assert.deepEqual((await run(sent)).fate, overtaken);
});

test("a conflict after a doubtful try may be one with itself: it looks again", async () => {
  const doubtful = { how: "doubtful" } as const;
  const { fate } = await run({
    first: "refused",
    looks: [untouched, untouched, written],
    publishes: [doubtful, overtaken],
  });
  assert.deepEqual(fate, written);
});

test("at the deadline it is unsent, or unknown if it was ever sent", async () => {
  assert.deepEqual((await run({ first: "refused", looks: ["away"] })).fate, { how: "unsent" });
  assert.deepEqual((await run({ first: "refused", looks: [untouched], publishes: ["away"] })).fate, {
    how: "unknown",
  });
  assert.deepEqual(
    (await run({ first: "refused", looks: [untouched], publishes: [{ how: "refused" }] })).fate,
    {
      how: "unsent",
    },
  );
});

/** Events: the same thing is counted, not written again, and nobody may talk for ever. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "@kubus/shared/api/core.ts";
import { silentLog } from "@kubus/shared/log/log.ts";
import { eventKind } from "../../kinds/index.ts";
import { aCluster } from "../testing/cluster.ts";
import { eventLimits, makeRecorder } from "./events.ts";

async function aRecorder() {
  const { cache, clock, objects, rest } = await aCluster();
  const record = makeRecorder({ objects, eventKind, component: "test", clock, log: silentLog });
  const about = { apiVersion: "v1", kind: "Pod", namespace: "default", name: "web", uid: "uid-web" };
  return {
    clock,
    rest,
    say: (message: string, name = "web") =>
      record({ about: { ...about, name, uid: `uid-${name}` }, eventType: "Normal", reason: "Said", message }),
    events: () =>
      (cache.list(eventKind) as readonly Event[]).map(({ message, count }) => `${message} ×${count}`).sort(),
  };
}

test("what is said again within ten minutes is counted", async () => {
  const { say, events, rest, clock } = await aRecorder();
  say("hello");
  say("hello");
  say("goodbye");
  await rest();
  assert.deepEqual(events(), ["goodbye ×1", "hello ×2"]);
  await clock.advance(eventLimits.sameWithinMs);
  say("hello");
  await rest();
  assert.deepEqual(events(), ["goodbye ×1", "hello ×1", "hello ×2"]);
});

test("too much about one object is not heard, about others it is", async () => {
  const { say, events, rest, clock } = await aRecorder();
  for (let i = 0; i < 100; i += 1) say(`word ${i}`);
  say("hello", "other");
  await rest();
  assert.equal(events().length, eventLimits.burstMax + 1);
  await clock.advance(eventLimits.refillMs);
  say("one more");
  say("and another");
  await rest();
  assert.equal(events().length, eventLimits.burstMax + 2);
});

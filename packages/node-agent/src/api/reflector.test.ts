import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import { Refusal } from "@kubus/shared/errors/codes.ts";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import type { Api, WatchEvent } from "../ports/api.ts";
import { startReflector } from "./reflector.ts";

const anObject = (name: string, revision: number, uid = name): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, uid, resourceVersion: String(revision), creationTimestamp: "" },
});

type Step = WatchEvent | Error | "end";

/** An API whose lists and watches go as the test says; a watch that has no more steps stays open. */
function aReflector(lists: (readonly KubeObject[] | Error)[], watches: Step[][]) {
  const clock = simulatedClock();
  const asked: string[] = [];
  const changes: string[] = [];
  let returned: (() => void) | undefined;
  const api = {
    list: () => {
      asked.push(`list at ${clock.monotonic()}`);
      const next = lists.shift() ?? [];
      if (next instanceof Error) return Promise.reject(next);
      const revision = Math.max(0, ...next.map(({ metadata }) => Number(metadata.resourceVersion)));
      return Promise.resolve({ metadata: { resourceVersion: String(revision) }, items: next });
    },
    watch: async function* (_: string, revision: string) {
      asked.push(`watch ${revision} at ${clock.monotonic()}`);
      for (const step of watches.shift() ?? []) {
        await Promise.resolve();
        if (step === "end") return;
        if (step instanceof Error) throw step;
        yield step;
      }
      await new Promise(() => undefined);
    },
  } as unknown as Api;
  const reflector = startReflector({
    api,
    bus: {
      onState: (listener) => {
        returned = () => listener("connected");
        return { unsubscribe: () => undefined };
      },
    },
    path: "/api/v1/pods",
    what: "pods",
    clock,
    random: seededRandom(1),
    onChange: (keys) => changes.push(keys.join()),
    onError: assert.ifError,
  });
  return { clock, asked, changes, reflector, busReturned: () => returned?.() };
}

const added = (name: string, revision: number): WatchEvent => ({
  type: "ADDED",
  object: anObject(name, revision),
});

test("lists, watches from there, and tells which keys changed", async () => {
  const { clock, asked, changes, reflector } = aReflector(
    [[anObject("a", 3), anObject("b", 5)]],
    [
      [
        added("c", 6),
        { type: "BOOKMARK", object: anObject("", 9) },
        { type: "DELETED", object: anObject("a", 10) },
      ],
    ],
  );
  assert.equal(reflector.isKnown(), false);
  await clock.advance(1);
  assert.deepEqual(changes, ["a,b", "c", "a"]);
  assert.deepEqual([...reflector.objects.keys()], ["b", "c"]);
  assert.deepEqual(asked, ["list at 0", "watch 5 at 0"]);
});

test("goes on where it was when a watch ends or breaks", async () => {
  const { clock, asked } = aReflector(
    [[anObject("a", 3)]],
    [
      [added("b", 4), "end"],
      [{ type: "BOOKMARK", object: anObject("", 8) }, new Trouble("broken", "cut")],
    ],
  );
  await clock.advance(1_000);
  assert.deepEqual(
    asked.map((call) => call.replace(/ at.*/, "")),
    ["list", "watch 3", "watch 4", "watch 8"],
  );
});

test("lists again when the watch has expired, by event or by refusal, and tells what went meanwhile", async () => {
  for (const expiry of [
    { type: "ERROR", object: { code: 410 } } as const,
    new Refusal("expired", "too old"),
  ]) {
    const { clock, changes, reflector } = aReflector(
      [
        [anObject("a", 3), anObject("b", 4), anObject("c", 5)],
        [anObject("b", 4), anObject("c", 9, "another c")],
      ],
      [[expiry]],
    );
    await clock.advance(1);
    assert.deepEqual(changes, ["a,b,c", "a,c"]);
    assert.deepEqual([...reflector.objects.keys()], ["b", "c"]);
  }
});

test("keeps what it knows while it cannot list, asks less and less often, and returns at once with the bus", async () => {
  const away = Array.from({ length: 21 }, () => new Trouble("timeout", ""));
  const { clock, asked, reflector, busReturned } = aReflector(
    [[anObject("a", 3)], ...away, [anObject("b", 9)]],
    [[new Refusal("expired", "too old")]],
  );
  await clock.advance(60_000);
  assert.deepEqual([...reflector.objects.keys()], ["a"]);
  assert.ok(asked.length > 12 && asked.length < 23, `${asked.length} calls in a minute`);
  for (let i = 0; i < 30 && !reflector.objects.has("b"); i += 1) {
    busReturned();
    await clock.advance(1);
  }
  assert.deepEqual([...reflector.objects.keys()], ["b"]);
  assert.ok(clock.monotonic() < 60_050);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import { without } from "../without.ts";
import { apply, type Applied } from "./apply.ts";
import { compareObjects } from "./compare.ts";
import { configurationError } from "./check-configuration.ts";
import { applyConflict } from "./conflict-refusal.ts";
import { entriesOf, type ManagedFieldsEntry } from "./entry.ts";
import { fieldSetOf, withStructs } from "./field-set-of.ts";
import { difference, isEmpty, pathsOf, union } from "./field-set.ts";
import type { Members } from "./items.ts";
import { mergeConfiguration } from "./merge.ts";
import { pathText } from "./path-element.ts";
import { aToy, makeToys, toyShape, toyViews } from "./testing/toy.ts";
import { trackUpdate } from "./track-update.ts";

const now = "2026-01-01T00:00:00Z";

interface Applying {
  readonly manager?: string;
  readonly force?: boolean;
  readonly at?: string;
}

const tryApply = (
  live: Members | undefined,
  config: Members,
  { manager = "one", force = false, at = now }: Applying = {},
): Applied =>
  apply({
    writer: { manager, operation: "Apply", apiVersion: "v1" },
    live: live as unknown as KubeObject | undefined,
    config: aToy(config),
    sent: aToy(config),
    force,
    now: at,
    views: toyViews,
    reset: {},
  });

function applied(live: Members | undefined, config: Members, how?: Applying): Members {
  const result = tryApply(live, config, how);
  assert.ok(result.type === "applied", JSON.stringify(result));
  return result.object;
}

function conflicts(live: Members, config: Members, how?: Applying): readonly string[] {
  const result = tryApply(live, config, how);
  assert.ok(result.type === "conflicts");
  return (applyConflict(result.conflicts).details?.causes ?? []).map(
    ({ message, field }) => `${message} ${field}`,
  );
}

/** What an update by a manager makes of it. */
function updated(live: Members | undefined, next: Members, manager: string): Members {
  const typed = (object: Members | undefined) => object as unknown as KubeObject;
  const managedFields = trackUpdate({
    writer: { manager, operation: "Update", apiVersion: "v1" },
    live: live === undefined ? undefined : typed(live),
    next: typed(aToy(next)),
    now,
    views: toyViews,
  });
  return { ...aToy(next), metadata: { name: "toy", managedFields } };
}

/** Without its managers. */
const bare = (object: Members): Members => without(object, "metadata", "apiVersion", "kind");

const owned = (object: Members): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    entriesOf(object as unknown as KubeObject).map(({ manager = "", operation, fieldsV1 }) => [
      `${manager} ${operation}`,
      [...pathsOf(fieldsV1)].map(pathText),
    ]),
  );

test("an applied configuration is owned by its leaves, its items and its keys", () => {
  const object = applied(undefined, {
    size: 1,
    struct: { name: "s", inner: {} },
    map: { a: "1" },
    parts: [{ name: "p", value: "v" }],
    tags: ["t"],
    list: ["l"],
  });
  assert.deepEqual(owned(object)["one Apply"], [
    ".size",
    ".struct.name",
    ".struct.inner",
    ".map.a",
    '.parts[name="p",protocol="TCP"]',
    '.parts[name="p",protocol="TCP"].name',
    '.parts[name="p",protocol="TCP"].value',
    '.tags[="t"]',
    ".list",
  ]);
});

test("what a manager does not apply any more goes, unless others own it", () => {
  const first = applied(undefined, {
    size: 1,
    map: { a: "1", b: "2" },
    parts: [{ name: "p" }, { name: "q" }],
  });
  const shared = applied(first, { map: { b: "2" } }, { manager: "two" });
  const second = applied(shared, { parts: [{ name: "q", value: "v" }] });
  assert.deepEqual(bare(second), { map: { b: "2" }, parts: [{ name: "q", value: "v" }] });
  assert.deepEqual(bare(applied(second, {}, { manager: "two" })), { parts: [{ name: "q", value: "v" }] });
});

test("what an updater wrote into a struct outlives the applier's part of it", () => {
  const live = applied(undefined, { struct: { name: "a" } });
  const both = updated(live, { struct: { name: "a", value: "1" } }, "controller");
  assert.deepEqual(bare(applied(both, {})), { struct: { value: "1" } });
  // An item goes with everything in it: nobody else ever said that it shall be there.
  const items = applied(undefined, { parts: [{ name: "a" }, { name: "b" }] });
  const filled = updated(items, { parts: [{ name: "a" }, { name: "b", value: "1" }] }, "controller");
  assert.deepEqual(bare(applied(filled, { parts: [{ name: "a" }] })), { parts: [{ name: "a" }] });
});

test("fields of others are conflicts, told by field", () => {
  const live = updated(
    applied(undefined, { size: 1, map: { a: "1" } }),
    { size: 2, map: { a: "2" } },
    "scaler",
  );
  assert.deepEqual(conflicts(live, { size: 1, map: { a: "1" } }), [
    'conflict with "scaler" using v1 .size',
    'conflict with "scaler" using v1 .map.a',
  ]);
  const result = tryApply(live, { size: 3, map: { a: "2" } });
  assert.ok(result.type === "conflicts");
  const { code, message } = applyConflict(result.conflicts);
  assert.equal(code, "conflict");
  assert.equal(message, 'Apply failed with 1 conflict: conflict with "scaler" using v1: .size');
  const two = tryApply(live, { size: 3, map: { a: "3" } });
  assert.ok(two.type === "conflicts");
  assert.equal(
    applyConflict(two.conflicts).message,
    'Apply failed with 2 conflicts: conflicts with "scaler" using v1:\n- .size\n- .map.a',
  );
});

test("with force the fields change hands; with the same value they are shared", () => {
  const live = applied(undefined, { size: 1 });
  const shared = applied(live, { size: 1 }, { manager: "two" });
  assert.deepEqual(owned(shared), { "one Apply": [".size"], "two Apply": [".size"] });
  const forced = applied(shared, { size: 2 }, { manager: "two", force: true });
  assert.deepEqual(owned(forced), { "two Apply": [".size"] });
  assert.equal(forced["size"], 2);
});

test("applying the same again changes nothing, not even the time", () => {
  const config = { size: 1, parts: [{ name: "p", value: "v" }] };
  const live = applied(undefined, config);
  assert.deepEqual(applied(live, config, { at: "2027-01-01T00:00:00Z" }), live);
});

test("whoever applies to what nobody tracked meets all that was there", () => {
  const live = aToy({ size: 1, map: { a: "1" } });
  assert.deepEqual(conflicts(live, { size: 2 }), ['conflict with "before-first-apply" using v1 .size']);
  const object = applied(live, { map: { b: "2" } });
  assert.deepEqual(owned(object), {
    "one Apply": [".map.b"],
    "before-first-apply Update": [".size", ".map", ".map.a"],
  });
});

test("items come in the order of the configuration; others keep their place", () => {
  const names = (...all: readonly string[]) => ({ parts: all.map((name) => ({ name })) });
  const merged = (live: readonly string[], config: readonly string[]) =>
    (mergeConfiguration(names(...live), names(...config), toyShape)["parts"] as { name: string }[]).map(
      ({ name }) => name,
    );
  assert.deepEqual(merged(["a", "b", "c"], ["a", "c"]), ["a", "b", "c"]);
  assert.deepEqual(merged(["a", "b", "c"], ["c", "a"]), ["b", "c", "a"]);
  assert.deepEqual(merged(["a", "b", "c"], ["c", "d", "a"]), ["b", "c", "d", "a"]);
  assert.deepEqual(merged(["a", "b"], ["x", "a"]), ["x", "a", "b"]);
  assert.deepEqual(merged([], ["x", "a"]), ["x", "a"]);
});

test("a configuration with unknown fields, missing keys or items twice is refused", () => {
  const wrong = (config: Members) => configurationError(aToy(config), toyShape);
  assert.equal(wrong({ foo: 1 }), ".foo: field not declared in schema");
  assert.equal(
    wrong({ foo: 1, struct: { bar: 1 } }),
    "errors:\n  .foo: field not declared in schema\n  .struct.bar: field not declared in schema",
  );
  assert.equal(
    wrong({ parts: [{ value: "x" }] }),
    '.parts: element 0: associative list with keys has an element that omits key field "name" (and doesn\'t have default value)',
  );
  assert.equal(
    wrong({ parts: [{ name: "x" }, { name: "x", protocol: "TCP" }] }),
    '.parts: duplicate entries for key [name="x",protocol="TCP"]',
  );
  assert.equal(wrong({ tags: ["x", "x"] }), '.tags: duplicate entries for key [="x"]');
  assert.equal(wrong({ free: { anything: { goes: true } } }), undefined);
});

/** Everything that somebody owns is there. */
function assertNobodyOwnsNothing(object: Members): void {
  const there = withStructs(fieldSetOf(bare(object), toyShape), toyShape);
  // A list or map as such is owned by who made it.
  const made = compareObjects(undefined, bare(object), toyShape).changed;
  for (const { manager, fieldsV1 } of entriesOf(object as unknown as KubeObject)) {
    const nothing = difference(fieldsV1, union(there, made));
    assert.equal(
      isEmpty(nothing),
      true,
      `${String(manager)} owns ${JSON.stringify(nothing)} of ${JSON.stringify(object)}`,
    );
  }
}

test("any sequence of writes: what is applied is there, and nobody owns what is not", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const { toy, pick } = makeToys(seededRandom(seed));
    let live = applied(undefined, toy());
    for (let step = 0; step < 8; step += 1) {
      const manager = pick(["one", "two", "three"]);
      const config = toy();
      if (pick([true, false])) {
        live = updated(live, bare(config), manager);
      } else {
        const before = structuredClone(live);
        const next = applied(live, bare(config), { manager, force: true });
        assert.deepEqual(live, before, "what was there is untouched");
        assert.deepEqual(
          bare(mergeConfiguration(next, config, toyShape)),
          bare(next),
          `seed ${seed}: all of it is there`,
        );
        // Where nobody owns anything, the next apply takes stock.
        if (entriesOf(next as unknown as KubeObject).length > 0) {
          const again = applied(next, bare(config), { manager, at: "2027-01-01T00:00:00Z" });
          assert.deepEqual(again, next, `seed ${seed}: once is enough`);
        }
        live = next;
      }
      assertNobodyOwnsNothing(live);
    }
  }
});

test("what is compared with itself is the same, and what was new is gone the other way round", () => {
  const { toy } = makeToys(seededRandom(7));
  for (let i = 0; i < 500; i += 1) {
    const [a, b] = [toy(), toy()];
    const nothing = compareObjects(a, structuredClone(a), toyShape);
    assert.deepEqual(nothing, { changed: {}, removed: {} });
    const [there, back] = [compareObjects(a, b, toyShape), compareObjects(b, a, toyShape)];
    const both = union(there.changed, there.removed);
    assert.deepEqual(union(back.changed, back.removed), both);
  }
});

test("more than ten updaters become one", () => {
  let live = updated(undefined, { map: {} }, "creator");
  let map = {};
  for (let i = 0; i < 15; i += 1) {
    map = { ...map, [`k${i}`]: "v" };
    live = updated(live, { map }, `updater-${String(i).padStart(2, "0")}`);
  }
  const entries = entriesOf(live as unknown as KubeObject);
  assert.equal(entries.length, 10);
  const ancient = entries.find(({ manager }) => manager === "ancient-changes") as ManagedFieldsEntry;
  assert.equal([...pathsOf(ancient.fieldsV1)].length, 7);
});

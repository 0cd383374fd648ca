import assert from "node:assert/strict";
import { test } from "node:test";
import { formatKey } from "../../store/key.ts";
import { decodeObject, encodeObject, keyOfSubject, subjectOfKey } from "./object-message.ts";

const stored = { deleted: false, writeId: "w", base: 3, text: '{"kind":"Pod"}' };

test("every key has a subject of its own, of seven sound tokens, and comes back", () => {
  const parts = [
    "",
    ".",
    "_",
    "=",
    "a.b",
    "a_b",
    "a=b",
    "A",
    "a",
    "*",
    ">",
    " ",
    "ü",
    "=2e",
    "x-1",
    "\u{1F980}",
  ];
  const subjects = new Set<string>();
  for (const namespace of parts) {
    for (const name of parts) {
      const key = formatKey({ group: "apps", plural: "things", namespace, name });
      const subject = subjectOfKey("KUBUS", key);
      assert.match(subject, /^kubus\.store\.KUBUS\.apps\.things\.[A-Za-z0-9=_-]+\.[A-Za-z0-9=_-]+$/);
      assert.equal(keyOfSubject(subject), key);
      subjects.add(subject);
    }
  }
  assert.equal(subjects.size, parts.length ** 2);
});

test("what was stored comes back; what was changed or moved does not", () => {
  const payload = encodeObject("kubus.store.K.a", stored);
  assert.deepEqual(decodeObject("kubus.store.K.a", payload), { ...stored, object: { kind: "Pod" } });
  assert.throws(() => decodeObject("kubus.store.K.b", payload), /checksum/);
  for (let at = 0; at < payload.length; at += 1) {
    const damaged = payload.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    assert.throws(() => decodeObject("kubus.store.K.a", damaged), `byte ${at}`);
  }
  assert.throws(() => decodeObject("kubus.store.K.a", payload.subarray(0, -1)), /checksum/);
  assert.throws(() => decodeObject("kubus.store.K.a", new Uint8Array()), /format/);
});

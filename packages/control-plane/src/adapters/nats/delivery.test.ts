import assert from "node:assert/strict";
import { test } from "node:test";
import { headers } from "@nats-io/transport-node";
import { deliveryOf } from "./delivery.ts";

const data = new Uint8Array([1]);
const none = new Uint8Array();

function sign(fields: Readonly<Record<string, string>>) {
  const made = headers(100, "Idle Heartbeat");
  for (const [name, value] of Object.entries(fields)) made.set(name, value);
  return made;
}

test("reads revision, number, time and rest off a message, with and without a domain", () => {
  const message = {
    type: "message",
    revision: 42,
    number: 7,
    writtenAt: 1_790_000_000_123,
    pending: 3,
  } as const;
  const tail = "KUBUS.consumer.1.42.7.1790000000123456789.3";
  assert.deepEqual(deliveryOf({ data, reply: `$JS.ACK.${tail}` }), message);
  assert.deepEqual(deliveryOf({ data, reply: `$JS.ACK.domain.account.${tail}.random` }), message);
  assert.equal(deliveryOf({ data, reply: "_INBOX.x" }), undefined);
  assert.equal(deliveryOf({ data }), undefined);
});

test("tells signs of life from questions and from everything else", () => {
  const beat = { data: none, headers: sign({ "Nats-Last-Consumer": "7" }) };
  assert.deepEqual(deliveryOf(beat), { type: "heartbeat", number: 7 });
  const stalled = {
    data: none,
    headers: sign({ "Nats-Last-Consumer": "7", "Nats-Consumer-Stalled": "fc.x" }),
  };
  assert.deepEqual(deliveryOf(stalled), { type: "heartbeat", number: 7, answerTo: "fc.x" });
  assert.deepEqual(deliveryOf({ ...beat, reply: "fc.x" }), { type: "flowControl" });
  assert.equal(deliveryOf({ data: none, headers: headers(503, "no responders") }), undefined);
  assert.equal(deliveryOf({ data: none }), undefined);
});

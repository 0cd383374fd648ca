/** Bootstrap tokens and the Secrets that hold them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventTable } from "@kubus/shared/testing/event-table.ts";
import { namespaceKind, secretKind } from "../../kinds/index.ts";
import { aCluster } from "../testing/cluster.ts";
import { at } from "../testing/builders.ts";
import { aLife } from "../testing/life.ts";
import { tokenCleanerController } from "./controller.ts";
import { tokenMachine } from "./token.machine.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const namespace = "kube-system";

async function aTokenStore() {
  const cluster = await aCluster([tokenCleanerController]);
  await cluster.create(namespaceKind, { metadata: { name: namespace } });
  const make = (name: string, expiration?: string, type = "bootstrap.kubernetes.io/token") =>
    cluster.create(secretKind, {
      metadata: { name: `bootstrap-token-${name}`, namespace },
      type,
      data: expiration === undefined ? {} : { expiration: base64(expiration) },
    });
  const names = () => cluster.names(secretKind).map((name) => name.replace("bootstrap-token-", ""));
  return { ...cluster, make, names };
}

test("a token goes at its end, one without an end stays, and other Secrets are let alone", async () => {
  const store = await aTokenStore();
  await store.make("a", at(60));
  await store.make("b", at(120));
  await store.make("c");
  await store.make("d", at(60), "Opaque");
  assert.equal(store.stateOf("token kube-system/bootstrap-token-d"), undefined);
  await store.advance(59_999);
  assert.deepEqual(store.names(), ["a", "b", "c", "d"]);
  await store.advance(1);
  assert.deepEqual(store.names(), ["b", "c", "d"]);
  await store.advance(60_000);
  assert.deepEqual(store.names(), ["c", "d"]);
  assert.equal(store.stateOf("token kube-system/bootstrap-token-a"), undefined);
});

test("one that has ended, or whose end nobody can read, goes at once", async () => {
  const store = await aTokenStore();
  await store.make("a", at(0));
  await store.make("b", "tomorrow");
  assert.deepEqual(store.names(), []);
});

test("a later end counts from when it is written", async () => {
  const store = await aTokenStore();
  await store.make("a", at(60));
  const target = { namespace, name: "bootstrap-token-a" };
  await store.objects.patch(secretKind, target, { data: { expiration: base64(at(100)) } });
  await store.advance(60_000);
  assert.deepEqual(store.names(), ["a"]);
  await store.advance(40_000);
  assert.deepEqual(store.names(), []);
});

test("a new leader finds tokens in the states in which they were", async () => {
  const store = await aTokenStore();
  await store.make("a", at(60));
  await store.make("b");
  await store.make("c", at(60));
  const held = { namespace, name: "bootstrap-token-c" };
  await store.objects.patch(secretKind, held, { metadata: { finalizers: ["test/held"] } });
  const states = () =>
    ["a", "b", "c"].map((name) => store.stateOf(`token kube-system/bootstrap-token-${name}`));
  assert.deepEqual(states(), ["valid", "unlimited", "valid"]);
  await store.takeOver();
  assert.deepEqual(states(), ["valid", "unlimited", "valid"]);
  await store.advance(60_000);
  assert.deepEqual(states(), [undefined, "unlimited", "expired"]);
  await store.takeOver();
  assert.deepEqual(states(), [undefined, "unlimited", "expired"]);
});

test("the chart of a token's life", async () => {
  const life = aLife(tokenMachine);
  life.look({ type: "token.limited", dueInMs: 5_000 });
  await life.advance(5_000);
  assert.equal(life.trace(), "unseen → valid → expired");
  assert.equal(life.looks(), 1);
  const event = (type: string) => ({ type });
  const events = {
    "token.lasts": event("token.lasts"),
    "token.limited": event("token.limited"),
    "token.ended": event("token.ended"),
  };
  const states = ["unlimited", "valid", "expired"];
  assert.deepEqual(eventTable({ machine: tokenMachine, input: {}, events, states }), [
    "unlimited: token.lasts → ·, token.limited → valid, token.ended → expired",
    "valid: token.lasts → unlimited, token.limited → ·, token.ended → expired",
    "expired: token.lasts → unlimited, token.limited → valid, token.ended → ·",
  ]);
});

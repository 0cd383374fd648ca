/** Lives follow what passes see, hold deadlines, and begin anew with every server that leads. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assign, setup } from "xstate";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { configMapKind } from "../../kinds/index.ts";
import { aCluster } from "../testing/cluster.ts";
import { aLife } from "../testing/life.ts";
import { splitKey, wakeSelf } from "../workload/wake.ts";
import { defineController } from "./controller.ts";
import { lifeLimits, newLife, rememberLook, type LifeContext, type Look } from "./life.ts";
import { nothing } from "./plan.ts";

/** Bread: it bakes for as long as it is told, and is burnt when nobody looked in time. */
const loafMachine = setup({
  types: { context: {} as LifeContext, events: {} as Look & { type: "loaf.baking" | "loaf.cold" } },
  actions: { remember: assign(({ event }) => rememberLook(event)) },
  delays: { due: ({ context }) => context.dueInMs },
}).createMachine({
  id: "loaf",
  initial: "unseen",
  context: newLife,
  on: {
    "loaf.baking": { target: ".baking", actions: "remember" },
    "loaf.cold": { target: ".cold", actions: "remember" },
  },
  states: { unseen: {}, baking: { after: { due: "burnt" } }, burnt: {}, cold: {} },
});

interface LoafView {
  readonly loaf: (KubeObject & { readonly data?: Readonly<Record<string, string>> }) | undefined;
  readonly now: number;
}
const passes: string[] = [];
const loafController = defineController<LoafView>({
  name: "loaf",
  guarantee: "Bread is looked at.",
  watches: [{ kind: configMapKind, wakes: wakeSelf }],
  observe: (key, { cache, now }) => {
    const { namespace, name } = splitKey(key);
    passes.push(key);
    return { loaf: cache.get(configMapKind, namespace, name), now };
  },
  reconcile: () => nothing,
  life: {
    name: "loaf",
    machine: loafMachine,
    classify: ({ loaf }) =>
      loaf === undefined
        ? undefined
        : loaf.data?.["cold"] === "yes"
          ? { type: "loaf.cold" }
          : { type: "loaf.baking", why: "the oven is hot", dueInMs: 60_000 },
  },
  isGone: ({ loaf }) => loaf === undefined,
});

test("a look says which state, why and until when; every look sets the deadline anew", async () => {
  const life = aLife(loafMachine);
  life.look({ type: "loaf.baking", why: "hot", dueInMs: 1_000 });
  assert.equal(life.state(), "baking");
  assert.equal(life.why(), "hot");
  await life.advance(900);
  life.look({ type: "loaf.baking", dueInMs: 1_000 });
  await life.advance(999);
  assert.equal(life.looks(), 0);
  await life.advance(1);
  assert.equal(life.trace(), "unseen → baking → burnt");
  assert.equal(life.looks(), 1, "what moved by itself asks for a look");
});

test("being told is no reason to look again", () => {
  const life = aLife(loafMachine);
  life.look({ type: "loaf.cold" });
  life.look({ type: "loaf.baking" });
  assert.equal(life.looks(), 0);
});

test("without a deadline, or with one beyond what timers hold, it waits as long as a timer can", () => {
  assert.equal(rememberLook({ type: "x" }).dueInMs, lifeLimits.waitMaxMs);
  assert.equal(rememberLook({ type: "x", dueInMs: 1e15 }).dueInMs, lifeLimits.waitMaxMs);
  assert.equal(rememberLook({ type: "x", dueInMs: -5 }).dueInMs, 0);
});

test("a controller's objects have lives from their first pass to their end, and deadlines lead to a pass", async () => {
  const cluster = await aCluster([loafController]);
  await cluster.create(configMapKind, { metadata: { name: "rye", namespace: "default" } });
  assert.equal(cluster.stateOf("loaf default/rye"), "baking");
  assert.equal(cluster.whyOf("loaf default/rye"), "the oven is hot");
  passes.length = 0;
  await cluster.advance(60_000);
  assert.deepEqual(passes, ["default/rye"]);
  assert.equal(cluster.stateOf("loaf default/rye"), "baking", "the look said that it bakes still");
  await cluster.takeOver();
  assert.equal(cluster.stateOf("loaf default/rye"), "baking");
  await cluster.objects.delete(configMapKind, { namespace: "default", name: "rye" });
  await cluster.rest();
  assert.equal(cluster.stateOf("loaf default/rye"), undefined);
});

/** Plans become writes: in order, side by side where that is safe, and never past a failure. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal } from "@kubus/shared/errors/codes.ts";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import type { Objects } from "../../api/objects.ts";
import { configMapKind, podKind } from "../../kinds/index.ts";
import { aMeta } from "../testing/builders.ts";
import { actLimits, makeAct } from "./act.ts";
import type { Effect } from "./plan.ts";

/** An API that writes down what is asked of it, and fails where the test says so. */
function anApi(failures: Readonly<Record<string, Error>> = {}, asked: string[] = []) {
  const log: string[] = [];
  let underWay = 0;
  let most = 0;
  const note = async (what: string) => {
    asked.push(what);
    underWay += 1;
    most = Math.max(most, underWay);
    await Promise.resolve();
    underWay -= 1;
    const failure = failures[what];
    if (failure !== undefined) throw failure;
    log.push(what);
  };
  const objects = {
    create: async (kind: unknown, { metadata }: { metadata: { name?: string } }) => {
      await note(`create ${metadata.name ?? ""}`);
      return { metadata: aMeta(metadata.name ?? "") };
    },
    delete: (kind: unknown, { name }: { name: string }) => note(`delete ${name}`),
    patch: (kind: unknown, { name }: { name: string }, patch: object, subresource = "") =>
      note(`patch ${name} ${subresource}${JSON.stringify(patch)}`),
  } as unknown as Objects;
  const act = makeAct({
    objects,
    recordEvent: ({ eventType, message }) => log.push(`${eventType}: ${message}`),
  });
  return {
    act: (effects: readonly Effect[], signal = new AbortController().signal) => act(effects, signal),
    log,
    most: () => most,
  };
}

const tells = {
  about: { name: "web" },
  success: { reason: "Made", text: "Created " },
  failure: { reason: "NotMade", text: "Error: " },
};
const create = (name: string): Effect => ({
  type: "create",
  kind: configMapKind,
  object: { metadata: { name } },
  tells,
});
const remove = (name: string): Effect => ({ type: "delete", kind: podKind, target: { name } });
const status: Effect = {
  type: "writeStatus",
  kind: podKind,
  target: { name: "web", resourceVersion: "7" },
  status: { phase: "Running" },
};

test("writes in order, and tells what came of it", async () => {
  const { act, log } = anApi();
  assert.equal(await act([status, create("a"), remove("b")]), "done");
  assert.deepEqual(log, [
    'patch web status{"metadata":{"resourceVersion":"7"},"status":{"phase":"Running"}}',
    "create a",
    "Normal: Created a",
    "delete b",
  ]);
});

test("stops at the first failure and says so", async () => {
  const { act, log } = anApi({ "create a": new Refusal("forbidden", "quota exceeded") });
  await assert.rejects(act([create("a"), remove("b")]), /quota exceeded/);
  assert.deepEqual(log, ["Warning: Error: quota exceeded"]);
});

test("being late is not a failure, and what is deleted already is deleted", async () => {
  const late = anApi({ "create a": new Refusal("alreadyExists", "it is there") });
  assert.equal(await late.act([create("a"), remove("b")]), "overtaken");
  assert.deepEqual(late.log, []);
  const gone = anApi({ "delete b": new Refusal("notFound", "it is not there") });
  assert.equal(await gone.act([remove("b"), status]), "done");
});

test("creations go side by side, but not all at once, and none is begun after a failure", async () => {
  const names = Array.from({ length: 100 }, (_, i) => `pod-${i}`);
  const all = anApi();
  await all.act(names.map(create));
  assert.equal(all.most(), actLimits.sideBySideMax);
  assert.equal(all.log.filter((line) => line.startsWith("create")).length, 100);
  const broken = anApi({ "create pod-3": new Trouble("timeout", "the bus is away") });
  await assert.rejects(broken.act(names.map(create)), /the bus is away/);
  assert.ok(broken.log.length < 3 * actLimits.sideBySideMax);
});

test("what is refused for all costs few requests: creations begin with one, and double with every round", async () => {
  const pods = Array.from({ length: 500 }, (_, i) => create(`pod-${i}`));
  const quota = new Refusal("forbidden", "exceeded quota");
  const asked: string[] = [];
  const full = anApi(Object.fromEntries(pods.map((_, i) => [`create pod-${i}`, quota])), asked);
  await assert.rejects(full.act(pods), /exceeded quota/);
  assert.deepEqual(asked, ["create pod-0"]);
  asked.length = 0;
  const filling = anApi({ "create pod-3": quota, "create pod-4": quota }, asked);
  await assert.rejects(filling.act(pods), /exceeded quota/);
  assert.ok(asked.length <= 7, `${asked.length} requests`);
});

test("a deletion that is refused does not keep the others from being tried; trouble does", async () => {
  const pods = Array.from({ length: 100 }, (_, i) => remove(`pod-${i}`));
  const refused = anApi({ "delete pod-0": new Refusal("forbidden", "a webhook says no") });
  await assert.rejects(refused.act(pods), /a webhook says no/);
  assert.equal(refused.log.length, 99);
  const away = anApi({ "delete pod-0": new Trouble("timeout", "the bus is away") });
  await assert.rejects(away.act(pods), /the bus is away/);
  assert.ok(away.log.length < 3 * actLimits.sideBySideMax);
});

test("a report follows what it reports, and is written after a failure, too", async () => {
  const report: Effect = {
    type: "reportStatus",
    kind: podKind,
    target: { name: "web" },
    statusAfter: (failure) => ({ said: failure ?? "all is well" }),
  };
  const well = anApi();
  await well.act([create("a"), report]);
  assert.equal(well.log.at(-1), 'patch web status{"status":{"said":"all is well"}}');
  const refusal = new Refusal("forbidden", "exceeded quota");
  const failed = anApi({ "create a": refusal });
  await assert.rejects(failed.act([create("a"), remove("b"), report]), /exceeded quota/);
  assert.deepEqual(failed.log, [
    "Warning: Error: exceeded quota",
    'patch web status{"status":{"said":{"effect":"create","message":"exceeded quota"}}}',
  ]);
  const silent = anApi();
  assert.equal(await silent.act([{ ...report, statusAfter: () => undefined }]), "done");
  assert.deepEqual(silent.log, []);
});

test("a report that cannot be written changes nothing of the failure", async () => {
  const report: Effect = {
    type: "reportStatus",
    kind: podKind,
    target: { name: "web" },
    statusAfter: () => ({}),
  };
  const { act } = anApi({
    "create a": new Refusal("forbidden", "exceeded quota"),
    'patch web status{"status":{}}': new Refusal("conflict", "somebody was faster"),
  });
  await assert.rejects(act([create("a"), report]), /exceeded quota/);
  assert.equal(await act([report]), "overtaken");
});

test("a namespace that ends takes nothing more, and nobody complains", async () => {
  const ends = new Refusal("forbidden", "it is being terminated", {
    causes: [{ reason: "NamespaceTerminating", message: "", field: "metadata.namespace" }],
  });
  const asked: string[] = [];
  const { act, log } = anApi({ "create a": ends }, asked);
  assert.equal(await act([create("a"), create("b"), remove("c")]), "done");
  assert.deepEqual(asked, ["create a", "delete c"]);
  assert.deepEqual(log, ["delete c"]);
});

test("a failure counts for more than being overtaken", async () => {
  const { act } = anApi({
    "create a": new Refusal("conflict", "somebody was faster"),
    "create b": new Trouble("timeout", "the bus is away"),
  });
  await assert.rejects(act([create("a"), create("b")]), /the bus is away/);
});

test("nothing is written any more once leadership is lost", async () => {
  const { act, log } = anApi();
  await assert.rejects(act([create("a")], AbortSignal.abort()));
  assert.deepEqual(log, []);
});

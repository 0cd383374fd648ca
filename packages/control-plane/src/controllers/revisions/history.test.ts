/** The history of a template: found, numbered anew, named apart, forgotten. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PodTemplateSpec } from "@kubus/shared/api/pod.ts";
import type { ControllerRevision, StatefulSet } from "@kubus/shared/api/workload.ts";
import { statefulSetKind } from "../../kinds/index.ts";
import type { Effect } from "../engine/plan.ts";
import { aMeta, aPodSpec, at } from "../testing/builders.ts";
import { forget, historyOf, type History } from "./history.ts";
import { dataOf, newRevision, revisionName, templateIn } from "./revision.ts";

const template = (image: string): PodTemplateSpec => ({
  metadata: { labels: { app: "web" } },
  spec: { ...aPodSpec, containers: [{ name: "main", image }] },
});

const aSet = (image: string, more: Partial<StatefulSet> = {}): StatefulSet => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: aMeta("web", { annotations: { "kubernetes.io/change-cause": "first" } }),
  spec: { selector: { matchLabels: { app: "web" } }, template: template(image) },
  ...more,
});

const aRevision = (image: string, revision: number, name = `web-${image}`): ControllerRevision => ({
  apiVersion: "apps/v1",
  kind: "ControllerRevision",
  metadata: aMeta(name, { creationTimestamp: at(revision) }),
  data: dataOf(template(image)),
  revision,
});

const history = (
  owner: StatefulSet,
  revisions: readonly ControllerRevision[],
  taken: readonly string[] = [],
): History =>
  historyOf({
    owner,
    kind: statefulSetKind,
    revisions,
    isTaken: (name) => taken.includes(name),
    hashLabel: "controller.kubernetes.io/hash",
  });

const textOf = (effect: Effect): string => {
  switch (effect.type) {
    case "create":
      return `create ${effect.object.metadata.name ?? ""} ${(effect.object as { revision?: number }).revision}`;
    case "patch":
      return `patch ${effect.target.name} ${JSON.stringify(effect.patch)}`;
    case "writeStatus":
      return `status ${JSON.stringify(effect.status)}`;
    default:
      return effect.type === "delete" ? `delete ${effect.target.name}` : effect.type;
  }
};
const effects = ({ effects }: { readonly effects: readonly Effect[] }) => effects.map(textOf);

test("the data is a patch that replaces the template, with keys in order, as Go writes it", () => {
  assert.equal(
    JSON.stringify(dataOf(template("a"))),
    '{"spec":{"template":{"$patch":"replace","metadata":{"creationTimestamp":null,"labels":{"app":"web"}},' +
      '"spec":{"containers":[{"image":"a","name":"main"}]}}}}',
  );
});

test("what a revision holds is the template that it was made of", () => {
  assert.deepEqual(templateIn(aRevision("a", 1)), template("a"));
  assert.equal(templateIn({ ...aRevision("a", 1), data: { other: true } }), undefined);
  assert.equal(templateIn({ ...aRevision("a", 1), data: undefined }), undefined);
});

test("a new revision has the template's labels, the hash in its name, the owner's annotations and reference", () => {
  const set = aSet("a");
  const { metadata } = newRevision(set, 4, "controller.kubernetes.io/hash");
  const hash = revisionName(set).slice("web-".length);
  assert.deepEqual(metadata.labels, { app: "web", "controller.kubernetes.io/hash": hash });
  assert.deepEqual(metadata.annotations, { "kubernetes.io/change-cause": "first" });
  assert.equal(metadata.ownerReferences?.[0]?.uid, "uid-web");
});

test("a long name leaves room for the hash", () => {
  const name = revisionName(aSet("a", { metadata: aMeta("x".repeat(253)) }));
  assert.ok(name.length <= 253);
  assert.match(name, /^x{223}-\w+$/);
});

test("an unknown template is written with the next number", () => {
  const found = history(aSet("c"), [aRevision("a", 1), aRevision("b", 7)]);
  assert.equal(found.type, "unwritten");
  assert.deepEqual(effects(found), [`create ${revisionName(aSet("c"))} 8`]);
});

test("a name that is taken changes the next one", () => {
  const set = aSet("c");
  assert.deepEqual(effects(history(set, [], [revisionName(set)])), ['status {"collisionCount":1}']);
  const next = aSet("c", { status: { replicas: 0, collisionCount: 1 } });
  assert.notEqual(revisionName(next), revisionName(set));
});

test("the newest revision of the present template stays as it is", () => {
  const found = history(aSet("b"), [aRevision("b", 2), aRevision("a", 1)]);
  assert.equal(found.type, "written");
  assert.deepEqual(effects(found), []);
});

test("a template that comes back gets the highest number", () => {
  const found = history(aSet("a"), [aRevision("a", 1), aRevision("b", 2)]);
  assert.equal(found.type === "written" && found.newest.revision, 3);
  assert.deepEqual(effects(found), ['patch web-a {"metadata":{"resourceVersion":"1"},"revision":3}']);
});

test("of two revisions with the same template the higher number counts", () => {
  const found = history(aSet("a"), [aRevision("a", 1, "old"), aRevision("b", 2), aRevision("a", 3, "new")]);
  assert.equal(found.type === "written" && found.newest.metadata.name, "new");
  assert.deepEqual(effects(found), []);
});

test("forgets the oldest beyond the limit, and none that is needed", () => {
  const former = [aRevision("a", 1), aRevision("b", 2), aRevision("c", 3)];
  const isNeeded = ({ metadata }: ControllerRevision) => metadata.name === "web-a";
  assert.deepEqual(forget(former, 1).map(textOf), ["delete web-a", "delete web-b"]);
  assert.deepEqual(forget(former, 1, isNeeded).map(textOf), ["delete web-b", "delete web-c"]);
  assert.deepEqual(forget(former, 0, isNeeded).map(textOf), ["delete web-b", "delete web-c"]);
  assert.deepEqual(forget(former), []);
});

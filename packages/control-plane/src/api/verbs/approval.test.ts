/** Who may judge and sign certificate requests, and what no verdict can undo. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { aRequest } from "../../kinds/certificates/testing/requests.ts";
import { anApi, type Asked, type World } from "../testing/world.ts";

const csrs = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
const rbac = "/apis/rbac.authorization.k8s.io/v1";
const client = "kubernetes.io/kube-apiserver-client";
const bob = { name: "bob", groups: ["system:authenticated"] };

async function aCsr({ ask }: World, name: string, more: { groups?: readonly string[]; asked?: Asked } = {}) {
  const { request } = await aRequest({ name: "jane", ...more });
  const spec = { request, signerName: client, usages: ["client auth"] };
  return ask("POST", csrs, { ...more.asked, body: { metadata: { name }, spec } });
}

/** bob may write requests, their verdicts and their status; and whatever `rules` say. */
async function aWorldWithBob(...rules: readonly object[]) {
  const world = await anApi();
  const group = "certificates.k8s.io";
  const resources = ["", "/approval", "/status"].map((part) => `certificatesigningrequests${part}`);
  const own = { apiGroups: [group], resources, verbs: ["create", "get", "update", "patch"] };
  const body = { metadata: { name: "bob" }, rules: [own, ...rules] };
  await world.ask("POST", `${rbac}/clusterroles`, { body });
  const roleRef = { kind: "ClusterRole", name: "bob" };
  const subjects = [{ kind: "User", name: "bob" }];
  await world.ask("POST", `${rbac}/clusterrolebindings`, {
    body: { metadata: { name: "bob" }, roleRef, subjects },
  });
  return world;
}

const signers = (verb: string, name: string) => ({
  apiGroups: ["certificates.k8s.io"],
  resources: ["signers"],
  resourceNames: [name],
  verbs: [verb],
});

const judge = ({ ask }: World, type: string, part = "approval", asked: Asked = { user: bob }) =>
  ask("PATCH", `${csrs}/a/${part}`, {
    ...asked,
    contentType: "application/merge-patch+json",
    body: { status: { conditions: [{ type, status: "True", reason: "Test" }] } },
  });

test("a request says who asked, and nobody can change what was asked", async () => {
  const world = await aWorldWithBob();
  const { json } = await aCsr(world, "a", { asked: { user: bob } });
  const spec = json.spec as unknown as Record<string, unknown>;
  assert.deepEqual([spec["username"], spec["groups"]], ["bob", bob.groups]);
  const contentType = "application/merge-patch+json";
  const changed = await world.ask("PATCH", `${csrs}/a`, {
    contentType,
    body: { spec: { username: "root" } },
  });
  assert.equal((changed.json.spec as unknown as Record<string, unknown>)["username"], "bob");
});

test("a verdict needs the right to approve for the signer", async () => {
  const without = await aWorldWithBob();
  await aCsr(without, "a");
  const { status, json } = await judge(without, "Approved");
  assert.equal(status, 403);
  assert.equal(
    json.message,
    `certificatesigningrequests.certificates.k8s.io "a" is forbidden: user not permitted to approve requests with signerName "${client}"`,
  );
  for (const name of [client, "kubernetes.io/*"]) {
    const world = await aWorldWithBob(signers("approve", name));
    await aCsr(world, "a");
    const approved = await judge(world, "Approved");
    assert.equal(approved.status, 200, approved.text);
    const [condition] =
      (approved.json.status as unknown as { conditions?: readonly Record<string, unknown>[] }).conditions ??
      [];
    assert.equal(typeof condition?.["lastUpdateTime"], "string");
  }
});

test("a verdict stands: neither the other one beside it nor none instead of it", async () => {
  const world = await aWorldWithBob(signers("approve", client));
  await aCsr(world, "a");
  await judge(world, "Approved");
  const denied = await judge(world, "Denied");
  assert.equal(denied.status, 422);
  assert.match(denied.json.message, /updates may not remove a condition of type "Approved"/);
});

test("a verdict can be given through /approval only", async () => {
  const world = await aWorldWithBob(signers("approve", client), signers("sign", client));
  await aCsr(world, "a");
  const { status, json } = await judge(world, "Approved", "status");
  assert.equal(status, 422);
  assert.match(
    json.message,
    /status.conditions: Forbidden: updates may not add a condition of type "Approved"/,
  );
});

test("to sign, or to give up, needs the right to sign for the signer", async () => {
  const world = await aWorldWithBob(signers("approve", client));
  await aCsr(world, "a");
  const { status, json } = await judge(world, "Failed", "status");
  assert.equal(status, 403);
  assert.match(json.message, /user not permitted to sign requests with signerName/);
  assert.equal((await judge(world, "Failed", "status", {})).status, 200);
});

test("no certificate leads to the group that may do everything", async () => {
  const world = await aWorldWithBob();
  const { status, json } = await aCsr(world, "a", { groups: ["system:masters"], asked: { user: bob } });
  assert.equal(status, 403);
  assert.match(
    json.message,
    /use of kubernetes.io\/kube-apiserver-client signer with system:masters group is not allowed/,
  );
});

test("a request must be signed by the key that it is about", async () => {
  const { ask } = await anApi();
  const { request } = await aRequest({ name: "jane" });
  const [head = "", ...lines] = Buffer.from(request, "base64").toString().trim().split("\n");
  const der = Buffer.from(lines.slice(0, -1).join(""), "base64");
  der[der.length - 1] = (der[der.length - 1] ?? 0) ^ 1;
  const pem = [head, der.toString("base64"), lines.at(-1)].join("\n");
  const spec = { request: Buffer.from(pem).toString("base64"), signerName: client, usages: ["client auth"] };
  const { status, json } = await ask("POST", csrs, { body: { metadata: { name: "a" }, spec } });
  assert.deepEqual([status, json.details.causes?.map(({ field }) => field)], [422, ["spec.request"]]);
});

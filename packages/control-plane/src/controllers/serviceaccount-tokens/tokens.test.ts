/** Tokens in Secrets: filled, renewed in nothing, gone with their account. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "@kubus/shared/testing/until.ts";
import { testTokenKeys } from "../../adapters/tokens/testing/test-keys.ts";
import { secretKind, serviceAccountKind } from "../../kinds/index.ts";
import { aCluster } from "../testing/cluster.ts";
import { serviceAccountTokenController } from "./controller.ts";

const tokens = testTokenKeys();
const place = { namespace: "default" } as const;

async function aClusterWithRobot() {
  const cluster = await aCluster([serviceAccountTokenController({ tokens, caCertificate: "CA" })]);
  await cluster.create(serviceAccountKind, { metadata: { ...place, name: "robot" } });
  return cluster;
}

const tokenSecret = (name: string, account: string) => ({
  metadata: { ...place, name, annotations: { "kubernetes.io/service-account.name": account } },
  type: "kubernetes.io/service-account-token",
});

test("a token Secret is filled with a token of its account", async () => {
  const { cache, create } = await aClusterWithRobot();
  await create(secretKind, tokenSecret("robot-token", "robot"));
  // Signing happens on other threads: no settling of this one waits for it.
  const secret = await until("the token", () => {
    const found = cache.get(secretKind, "default", "robot-token");
    return Promise.resolve(found?.data?.["token"] === undefined ? undefined : found);
  });
  const value = (key: string) => Buffer.from(secret.data?.[key] ?? "", "base64").toString();
  assert.deepEqual([value("ca.crt"), value("namespace")], ["CA", "default"]);
  const uid = cache.get(serviceAccountKind, "default", "robot")?.metadata.uid;
  assert.equal(secret.metadata.annotations?.["kubernetes.io/service-account.uid"], uid);
  const payload = await tokens.verify(value("token"));
  assert.equal(payload?.["sub"], "system:serviceaccount:default:robot");
  assert.equal(payload["exp"], undefined);
});

test("a token Secret goes with its account, and does not stay without one", async () => {
  const { create, names, objects, rest } = await aClusterWithRobot();
  await create(secretKind, tokenSecret("robot-token", "robot"));
  await create(secretKind, tokenSecret("stray", "nobody"));
  assert.deepEqual(names(secretKind), ["robot-token"]);
  await objects.delete(serviceAccountKind, { ...place, name: "robot" });
  await rest();
  assert.deepEqual(names(secretKind), []);
});

test("a bootstrap token goes when it has expired", async () => {
  const { advance, clock, create, names, objects } = await aClusterWithRobot();
  const system = { namespace: "kube-system", name: "bootstrap-token-abcdef" };
  const expiration = new Date(clock.now() + 60_000).toISOString();
  await objects.create(secretKind, {
    metadata: system,
    type: "bootstrap.kubernetes.io/token",
    stringData: { "token-id": "abcdef", "token-secret": "0123456789abcdef", expiration },
  });
  await create(secretKind, { metadata: { ...place, name: "other" } });
  await advance(59_000);
  assert.deepEqual(names(secretKind), ["other", "bootstrap-token-abcdef"]);
  await advance(2_000);
  assert.deepEqual(names(secretKind), ["other"]);
});

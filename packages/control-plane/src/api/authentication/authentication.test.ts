/** Tokens that prove somebody, tokens that prove nothing, and acting as somebody else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { testIssuer, testTokenKeys } from "../../adapters/tokens/testing/test-keys.ts";
import { nodeUser } from "../authorization/node-user.ts";
import { aPod, anApi, type Asked, type World } from "../testing/world.ts";
import { legacyPayloadOf } from "./claims.ts";

const accounts = "/api/v1/namespaces/default/serviceaccounts";
const reviews = "/apis/authentication.k8s.io/v1/tokenreviews";

async function aWorld() {
  const world = await anApi();
  await world.ask("POST", accounts, { body: { metadata: { name: "robot" } } });
  return world;
}

interface Issued {
  readonly status: { readonly token: string; readonly expirationTimestamp: string };
  readonly spec: { readonly audiences: readonly string[] };
}

async function aToken({ ask }: World, spec: object = {}, asked: Asked = {}): Promise<string> {
  const { status, text, json } = await ask("POST", `${accounts}/robot/token`, { ...asked, body: { spec } });
  assert.equal(status, 201, text);
  return (json as unknown as Issued).status.token;
}

interface Reviewed {
  readonly authenticated?: boolean;
  readonly error?: string;
  readonly user: {
    readonly username?: string;
    readonly groups?: readonly string[];
    readonly extra?: Record<string, unknown>;
  };
  readonly audiences?: readonly string[];
}

async function review({ ask }: World, token: string, audiences: readonly string[] = []): Promise<Reviewed> {
  const { status, text, json } = await ask("POST", reviews, { body: { spec: { token, audiences } } });
  assert.equal(status, 201, text);
  return json.status as unknown as Reviewed;
}

/** How a request with this token is answered: 401, or 403 for somebody without a role. */
const statusWith = async ({ ask }: World, token: string): Promise<number> =>
  (await ask("GET", "/api/v1/pods", { user: undefined, headers: { authorization: `Bearer ${token}` } }))
    .status;

const bodyOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;

test("a service account's token says what Kubernetes' tokens say", async () => {
  const world = await aWorld();
  const token = await aToken(world, { expirationSeconds: 700 });
  const { iss, aud, sub, exp, iat, nbf, jti, "kubernetes.io": own } = bodyOf(token);
  assert.deepEqual([iss, aud, sub], [testIssuer, [testIssuer], "system:serviceaccount:default:robot"]);
  assert.deepEqual([Number(exp) - Number(iat), Number(nbf) - Number(iat), typeof jti], [700, 0, "string"]);
  const { uid } = (await world.ask("GET", `${accounts}/robot`)).json.metadata;
  assert.deepEqual(own, { namespace: "default", serviceaccount: { name: "robot", uid } });
  const { authenticated, user, audiences } = await review(world, token);
  assert.deepEqual([authenticated, audiences], [true, [testIssuer]]);
  assert.deepEqual(
    [user.username, user.groups],
    [
      "system:serviceaccount:default:robot",
      ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"],
    ],
  );
  assert.deepEqual(user.extra, { "authentication.kubernetes.io/credential-id": [`JTI=${String(jti)}`] });
  assert.equal(await statusWith(world, token), 403);
});

test("a token ends with its time, and with its account", async () => {
  const world = await aWorld();
  const [short, long] = [await aToken(world, { expirationSeconds: 600 }), await aToken(world)];
  await world.clock.advance(700_000);
  assert.deepEqual([await statusWith(world, short), await statusWith(world, long)], [401, 403]);
  await world.ask("DELETE", `${accounts}/robot`);
  await world.ask("POST", accounts, { body: { metadata: { name: "robot" } } });
  assert.equal(await statusWith(world, long), 401);
});

test("a token for others is not good for the API, and only they accept it", async () => {
  const world = await aWorld();
  const token = await aToken(world, { audiences: ["vault", "db"] });
  assert.equal(await statusWith(world, token), 401);
  assert.deepEqual((await review(world, token, ["vault", "other"])).audiences, ["vault"]);
  const refused = await review(world, token, ["other"]);
  assert.deepEqual([refused.authenticated, refused.user], [undefined, {}]);
  assert.match(
    refused.error ?? "",
    /token audiences \["vault" "db"\] is invalid for the target audiences \["other"\]/,
  );
});

test("tokens that prove nothing are refused", async () => {
  const world = await aWorld();
  const token = await aToken(world);
  const [head = "", body = "", signature = ""] = token.split(".");
  const forged = Buffer.from(
    JSON.stringify({ ...bodyOf(token), sub: "system:serviceaccount:kube-system:a" }),
  );
  const unsigned = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
  const wrong = [
    "nothing",
    `${head}.${forged.toString("base64url")}.${signature}`,
    `${unsigned}.${body}.`,
    `${head}.${body}.${signature.slice(0, -4)}AAAA`,
  ];
  for (const one of wrong) assert.equal(await statusWith(world, one), 401, one);
});

test("a token that is bound to a pod names it and its board, and dies with it", async () => {
  const world = await aWorld();
  await world.ask("POST", "/api/v1/nodes", { body: { metadata: { name: "pi-1" } } });
  const pods = "/api/v1/namespaces/default/pods";
  const pod = aPod("web", { spec: { serviceAccountName: "robot", nodeName: "pi-1" } });
  const { json } = await world.ask("POST", pods, { body: pod });
  const boundObjectRef = { kind: "Pod", apiVersion: "v1", name: "web", uid: json.metadata.uid };
  const token = await aToken(world, { boundObjectRef }, { user: nodeUser("pi-1") });
  const { extra = {} } = (await review(world, token)).user;
  const said = (name: string) => extra[`authentication.kubernetes.io/${name}`];
  assert.deepEqual(
    [said("pod-name"), said("pod-uid"), said("node-name")],
    [["web"], [json.metadata.uid], ["pi-1"]],
  );

  const refusal = async (spec: object, asked: Asked = {}) => {
    const answer = await world.ask("POST", `${accounts}/robot/token`, { ...asked, body: { spec } });
    return `${answer.status} ${answer.json.message}`;
  };
  const stranger = { user: nodeUser("pi-2") };
  assert.match(
    await refusal({ boundObjectRef }, stranger),
    /403 .*no relationship found between node 'pi-2'/,
  );
  assert.match(await refusal({}, { user: nodeUser("pi-1") }), /403 .*token not bound to a pod/);
  assert.match(
    await refusal({ boundObjectRef: { ...boundObjectRef, uid: "1" } }),
    /409 .*does not match the UID in record/,
  );
  assert.match(
    await refusal({ boundObjectRef: { ...boundObjectRef, name: "db" } }),
    /404 pods "db" not found/,
  );
  assert.match(
    await refusal({ boundObjectRef: { kind: "ConfigMap", apiVersion: "v1", name: "a" } }),
    /400 cannot bind token to object of type \/v1, Kind=ConfigMap/,
  );
  await world.ask("POST", pods, { body: aPod("other") });
  assert.match(
    await refusal({ boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "other" } }),
    /400 cannot bind token for serviceaccount "robot" to pod running with different serviceaccount name/,
  );
  await world.ask("DELETE", `${pods}/web?gracePeriodSeconds=0`);
  assert.equal(await statusWith(world, token), 401);
});

test("a token in a Secret is good as long as the Secret holds it", async () => {
  const world = await aWorld();
  const { uid } = (await world.ask("GET", `${accounts}/robot`)).json.metadata;
  const account = { name: "robot", uid };
  const token = await testTokenKeys().sign(
    legacyPayloadOf({ namespace: "default", account, secretName: "s" }),
  );
  assert.equal(await statusWith(world, token), 401);
  const annotations = { "kubernetes.io/service-account.name": "robot" };
  const secret = {
    metadata: { name: "s", annotations },
    type: "kubernetes.io/service-account-token",
    stringData: { token },
  };
  const made = await world.ask("POST", "/api/v1/namespaces/default/secrets", { body: secret });
  assert.equal(made.status, 201, made.text);
  assert.equal(await statusWith(world, token), 403);
  await world.ask("DELETE", "/api/v1/namespaces/default/secrets/s");
  assert.equal(await statusWith(world, token), 401);
});

test("a bootstrap token is good until it expires, for those uses that its Secret names", async () => {
  const world = await aWorld();
  await world.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "kube-system" } } });
  const make = (id: string, stringData: object) =>
    world.ask("POST", "/api/v1/namespaces/kube-system/secrets", {
      body: {
        metadata: { name: `bootstrap-token-${id}` },
        type: "bootstrap.kubernetes.io/token",
        stringData: { "token-id": id, "token-secret": "0123456789abcdef", ...stringData },
      },
    });
  const use = { "usage-bootstrap-authentication": "true" };
  const expiration = new Date(world.clock.now() + 60_000).toISOString();
  await make("aaaaaa", { ...use, expiration, "auth-extra-groups": "system:bootstrappers:boards" });
  await make("bbbbbb", {});
  await make("cccccc", { ...use, "auth-extra-groups": "system:masters" });
  const user = (await review(world, "aaaaaa.0123456789abcdef")).user;
  assert.deepEqual(
    [user.username, user.groups],
    [
      "system:bootstrap:aaaaaa",
      ["system:bootstrappers", "system:bootstrappers:boards", "system:authenticated"],
    ],
  );
  for (const token of ["aaaaaa.fedcba9876543210", "bbbbbb.0123456789abcdef", "cccccc.0123456789abcdef"])
    assert.equal(await statusWith(world, token), 401, token);
  await world.clock.advance(61_000);
  assert.equal(await statusWith(world, "aaaaaa.0123456789abcdef"), 401);
});

test("acting as somebody else needs the right to, for each part of it", async () => {
  const { ask } = await anApi();
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const rules = [{ apiGroups: [""], resources: ["users"], resourceNames: ["jane"], verbs: ["impersonate"] }];
  await ask("POST", `${rbac}/clusterroles`, { body: { metadata: { name: "a" }, rules } });
  const roleRef = { kind: "ClusterRole", name: "a" };
  const subjects = [{ kind: "User", name: "bob" }];
  await ask("POST", `${rbac}/clusterrolebindings`, { body: { metadata: { name: "a" }, roleRef, subjects } });
  const bob = { name: "bob", groups: ["system:authenticated"] };
  const said = async (headers: Record<string, string>, user = bob) =>
    (await ask("GET", "/api/v1/pods", { user, headers })).json.message;
  const list = 'cannot list resource "pods" in API group "" at the cluster scope';
  assert.equal(await said({ "impersonate-user": "jane" }), `pods is forbidden: User "jane" ${list}`);
  assert.equal(
    await said({ "impersonate-user": "ann" }),
    'users "ann" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope',
  );
  assert.equal(
    await said({ "impersonate-user": "jane", "impersonate-group": "system:masters" }),
    'groups "system:masters" is forbidden: User "bob" cannot impersonate resource "groups" in API group "" at the cluster scope',
  );
  assert.equal(
    await said({ "impersonate-user": "jane", "impersonate-extra-scopes": "all" }),
    'userextras.authentication.k8s.io "all" is forbidden: User "bob" cannot impersonate resource "userextras/scopes" in API group "authentication.k8s.io" at the cluster scope',
  );
  assert.equal(
    await said({ "impersonate-user": "system:serviceaccount:default:robot" }),
    'serviceaccounts "robot" is forbidden: User "bob" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "default"',
  );
  assert.match(await said({ "impersonate-group": "staff" }), /without impersonating a user/);
});

test("whoever impersonates is asked as that user", async () => {
  const { ask } = await anApi();
  const whoami = async (headers: Record<string, string>) => {
    const { json } = await ask("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {
      headers,
      body: {},
    });
    return (json.status as unknown as { userInfo: unknown }).userInfo;
  };
  assert.deepEqual(await whoami({}), {
    username: "kubernetes-admin",
    groups: ["system:masters", "system:authenticated"],
  });
  const headers = {
    "impersonate-user": "root",
    "impersonate-group": "system:masters",
    "impersonate-uid": "7",
    "impersonate-extra-a%2fb": "c",
  };
  assert.deepEqual(await whoami(headers), {
    username: "root",
    uid: "7",
    groups: ["system:masters", "system:authenticated"],
    extra: { "a/b": ["c"] },
  });
});

test("others can find the keys that tokens are signed with", async () => {
  const { ask } = await anApi();
  const { json } = await ask("GET", "/.well-known/openid-configuration");
  const { issuer, id_token_signing_alg_values_supported: algorithms } = json as unknown as Record<
    string,
    unknown
  >;
  assert.deepEqual([issuer, algorithms], [testIssuer, ["ES256"]]);
  const { json: set, headers } = await ask("GET", "/openid/v1/jwks");
  const [key] = (set as unknown as { keys: readonly Record<string, unknown>[] }).keys;
  assert.deepEqual([key?.["kty"], key?.["use"], key?.["d"]], ["EC", "sig", undefined]);
  assert.equal(headers["content-type"], "application/jwk-set+json");
});

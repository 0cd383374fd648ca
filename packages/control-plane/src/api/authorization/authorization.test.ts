/** What roles grant, in which words it is refused, and that nobody grants what they do not hold. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { anApi, type Asked, type World } from "../testing/world.ts";

const jane = { name: "jane", groups: ["staff", "system:authenticated"] };
const rbac = "/apis/rbac.authorization.k8s.io/v1";
const pods = "/api/v1/namespaces/default/pods";

const rule = (resources: string, verbs: string, more: object = {}) => ({
  apiGroups: [""],
  resources: resources.split(" "),
  verbs: verbs.split(" "),
  ...more,
});
const user = { kind: "User", name: "jane" };

async function put({ ask }: World, path: string, body: object, asked: Asked = {}) {
  return ask("POST", path, { ...asked, body });
}

/** A role of that name, bound to a subject, in the namespace or, without one, everywhere. */
async function grant(
  world: World,
  name: string,
  rules: readonly object[],
  subject: object = user,
  namespace?: string,
) {
  const isLocal = namespace !== undefined;
  const place = isLocal ? `${rbac}/namespaces/${namespace}` : rbac;
  const kind = isLocal ? "Role" : "ClusterRole";
  const made = [
    await put(world, `${place}/${kind.toLowerCase()}s`, { metadata: { name }, rules }),
    await put(world, `${place}/${kind.toLowerCase()}bindings`, {
      metadata: { name },
      roleRef: { kind, name },
      subjects: [subject],
    }),
  ];
  for (const { status, text } of made) assert.equal(status, 201, text);
}

async function aRoom(world: World, name: string) {
  await put(world, "/api/v1/namespaces", { metadata: { name } });
}

test("a role in a namespace counts there and nowhere else, at once and until it is gone", async () => {
  const world = await anApi();
  await aRoom(world, "other");
  const status = async (path: string) => (await world.ask("GET", path, { user: jane })).status;
  assert.equal(await status(pods), 403);
  await grant(world, "reader", [rule("pods", "list")], user, "default");
  assert.deepEqual(
    [await status(pods), await status("/api/v1/namespaces/other/pods"), await status("/api/v1/pods")],
    [200, 403, 403],
  );
  await world.ask("DELETE", `${rbac}/namespaces/default/rolebindings/reader`);
  assert.equal(await status(pods), 403);
});

test("a role of the cluster counts everywhere, for users, groups and service accounts", async () => {
  const world = await anApi();
  await grant(world, "a", [rule("pods", "list")], { kind: "Group", name: "staff" });
  await grant(world, "b", [rule("services", "*")], {
    kind: "ServiceAccount",
    name: "robot",
    namespace: "default",
  });
  const robot = { name: "system:serviceaccount:default:robot", groups: [] };
  const status = async (path: string, user: typeof jane) => (await world.ask("GET", path, { user })).status;
  assert.deepEqual(
    [
      await status("/api/v1/pods", jane),
      await status("/api/v1/services", robot),
      await status("/api/v1/pods", robot),
    ],
    [200, 200, 403],
  );
});

const questions: readonly (readonly [string, object, object, boolean])[] = [
  [
    "a name that is granted",
    rule("pods", "get", { resourceNames: ["web"] }),
    { resource: "pods", verb: "get", name: "web" },
    true,
  ],
  [
    "another name",
    rule("pods", "get", { resourceNames: ["web"] }),
    { resource: "pods", verb: "get", name: "db" },
    false,
  ],
  [
    "no name where one is granted",
    rule("pods", "list", { resourceNames: ["web"] }),
    { resource: "pods", verb: "list" },
    false,
  ],
  [
    "a part of what is granted",
    rule("pods", "get"),
    { resource: "pods", subresource: "log", verb: "get" },
    false,
  ],
  [
    "a part that is granted",
    rule("pods/log", "get"),
    { resource: "pods", subresource: "log", verb: "get" },
    true,
  ],
  ["the whole of which a part is granted", rule("pods/log", "get"), { resource: "pods", verb: "get" }, false],
  [
    "a part of everything",
    rule("*/scale", "update"),
    { resource: "replicationcontrollers", subresource: "scale", verb: "update" },
    true,
  ],
  [
    "another part",
    rule("*/scale", "update"),
    { resource: "replicationcontrollers", subresource: "status", verb: "update" },
    false,
  ],
  [
    "any part of everything",
    rule("*", "update"),
    { resource: "pods", subresource: "status", verb: "update" },
    true,
  ],
  [
    "what only looks like all parts",
    rule("pods/*", "get"),
    { resource: "pods", subresource: "log", verb: "get" },
    false,
  ],
  [
    "another group",
    rule("deployments", "get"),
    { resource: "deployments", group: "apps", verb: "get" },
    false,
  ],
  ["another verb", rule("pods", "get"), { resource: "pods", verb: "delete" }, false],
];

for (const [what, granted, resourceAttributes, allowed] of questions)
  test(`a review of ${what} says ${allowed ? "yes" : "no"}`, async () => {
    const world = await anApi();
    await grant(world, "role", [granted]);
    const spec = { resourceAttributes, user: "jane" };
    const path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    const { status, json } = await put(world, path, { spec });
    assert.deepEqual([status, (json.status as unknown as { allowed: boolean }).allowed], [201, allowed]);
  });

test("a path that is no resource is granted by itself or by its beginning", async () => {
  const world = await anApi();
  await grant(world, "role", [{ nonResourceURLs: ["/metrics", "/openapi/*"], verbs: ["get"] }]);
  const status = async (path: string) => (await world.ask("GET", path, { user: jane })).status;
  assert.deepEqual(
    [await status("/metrics"), await status("/openapi/v3"), await status("/apis")],
    [200, 200, 403],
  );
});

test("a refusal says why, and which role is missing", async () => {
  const world = await anApi();
  await put(world, `${rbac}/clusterrolebindings`, {
    metadata: { name: "a" },
    roleRef: { kind: "ClusterRole", name: "nothing" },
    subjects: [user],
  });
  const said = async (method: string, path: string) =>
    (await world.ask(method, path, { user: jane })).json.message;
  const missing = 'RBAC: clusterrole.rbac.authorization.k8s.io "nothing" not found';
  assert.equal(
    await said("DELETE", `${pods}/web`),
    `pods "web" is forbidden: User "jane" cannot delete resource "pods" in API group "" in the namespace "default": ${missing}`,
  );
  assert.equal(
    await said("GET", "/apis/apps/v1/deployments"),
    `deployments.apps is forbidden: User "jane" cannot list resource "deployments" in API group "apps" at the cluster scope: ${missing}`,
  );
  assert.equal(
    await said("GET", "/metrics"),
    `forbidden: User "jane" cannot get path "/metrics": ${missing}`,
  );
});

test("a review says by which binding", async () => {
  const world = await anApi();
  await grant(world, "reader", [rule("pods", "list")], { kind: "Group", name: "staff" }, "default");
  const spec = {
    resourceAttributes: { resource: "pods", verb: "list", namespace: "default" },
    groups: ["staff"],
  };
  const { json } = await put(world, "/apis/authorization.k8s.io/v1/subjectaccessreviews", { spec });
  assert.deepEqual(json.status, {
    allowed: true,
    reason: 'RBAC: allowed by RoleBinding "reader/default" of Role "reader" to Group "staff"',
  });
});

test("reviews are refused that ask for nothing, for two things, or for nobody", async () => {
  const world = await anApi();
  const path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
  const fields = async (spec: object) =>
    (await put(world, path, { spec })).json.details.causes?.map(({ field }) => field);
  const resourceAttributes = { verb: "get", resource: "pods" };
  assert.deepEqual(await fields({ user: "jane" }), ["spec.resourceAttributes"]);
  assert.deepEqual(await fields({ resourceAttributes }), ["spec.user"]);
  const nonResourceAttributes = { path: "/", verb: "get" };
  assert.deepEqual(await fields({ user: "jane", resourceAttributes, nonResourceAttributes }), [
    "spec.nonResourceAttributes",
  ]);
});

test("a local review is about its own namespace", async () => {
  const world = await anApi();
  await grant(world, "reader", [rule("pods", "list")], user, "default");
  const path = "/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews";
  const review = (namespace: string) =>
    put(world, path, {
      spec: { user: "jane", resourceAttributes: { verb: "list", resource: "pods", namespace } },
    });
  assert.equal(((await review("default")).json.status as unknown as { allowed: boolean }).allowed, true);
  assert.deepEqual(
    (await review("other")).json.details.causes?.map(({ field }) => field),
    ["spec.resourceAttributes.namespace"],
  );
});

test("nobody grants by a role what they do not hold", async () => {
  const world = await anApi();
  await grant(world, "writer", [
    {
      apiGroups: ["rbac.authorization.k8s.io"],
      resources: ["*"],
      verbs: ["create", "update", "get", "patch"],
    },
    rule("pods", "get list"),
  ]);
  const roles = `${rbac}/namespaces/default/roles`;
  const asJane = { user: jane };
  const fine = await put(world, roles, { metadata: { name: "fine" }, rules: [rule("pods", "get")] }, asJane);
  assert.equal(fine.status, 201, fine.text);
  const rules = [
    rule("pods", "get delete create"),
    { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get"] },
  ];
  const { status, json } = await put(world, roles, { metadata: { name: "more" }, rules }, asJane);
  assert.equal(status, 403);
  assert.equal(
    json.message,
    'roles.rbac.authorization.k8s.io "more" is forbidden: user "jane" (groups=["staff" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
      '{APIGroups:[""], Resources:["pods"], Verbs:["delete" "create"]}\n' +
      '{APIGroups:["apps"], Resources:["deployments"], Verbs:["get"]}',
  );
  const patched = await world.ask("PATCH", `${roles}/fine`, {
    user: jane,
    contentType: "application/merge-patch+json",
    body: { rules },
  });
  assert.equal(patched.status, 403);
  const gathering = { metadata: { name: "all" }, aggregationRule: { clusterRoleSelectors: [{}] } };
  assert.match(
    (await put(world, `${rbac}/clusterroles`, gathering, asJane)).json.message,
    /must have cluster-admin privileges to use the aggregationRule/,
  );
});

test("nobody binds a role that holds more than they do, unless they may bind it", async () => {
  const world = await anApi();
  await put(world, `${rbac}/clusterroles`, {
    metadata: { name: "root" },
    rules: [rule("*", "*", { apiGroups: ["*"] })],
  });
  await grant(world, "writer", [
    { apiGroups: ["rbac.authorization.k8s.io"], resources: ["rolebindings"], verbs: ["create"] },
  ]);
  const bind = (name: string, role: string) =>
    put(
      world,
      `${rbac}/namespaces/default/rolebindings`,
      { metadata: { name }, roleRef: { kind: "ClusterRole", name: role }, subjects: [user] },
      { user: jane },
    );
  assert.match(
    (await bind("a", "root")).json.message,
    /\{APIGroups:\["\*"\], Resources:\["\*"\], Verbs:\["\*"\]\}$/,
  );
  assert.equal((await bind("b", "nothing")).status, 404);
  await grant(world, "binder", [
    {
      apiGroups: ["rbac.authorization.k8s.io"],
      resources: ["clusterroles"],
      resourceNames: ["root"],
      verbs: ["bind"],
    },
  ]);
  assert.equal((await bind("c", "root")).status, 201);
});

test("a check among many bindings takes microseconds", async () => {
  const world = await anApi();
  const { api } = world;
  const objects = api.objectsAs("test");
  const kind = world.ports.kinds.byType("rbac.authorization.k8s.io/v1", "ClusterRoleBinding");
  assert.ok(kind);
  for (let i = 0; i < 500; i += 1)
    await objects.create(kind, {
      metadata: { name: `b-${i}` },
      roleRef: { kind: "ClusterRole", name: "a" },
      subjects: [{ kind: "User", name: `user-${i}` }],
    } as never);
  await grant(world, "reader", [{ nonResourceURLs: ["/x"], verbs: ["get"] }]);
  const before = process.hrtime.bigint();
  for (let i = 0; i < 1_000; i += 1) assert.throws(() => api.authorizePath(jane, "/y"), /forbidden/);
  // Refusals are dear because they are errors with a stack; still far below a millisecond.
  assert.ok(Number(process.hrtime.bigint() - before) / 1_000 / 1e6 < 1);
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { anAuthority } from "../../../adapters/http/testing/certificates.ts";
import { makeHttpsCaller } from "../../../adapters/webhook/https-caller.ts";
import {
  anApi,
  aConfigMap,
  aDeployment,
  aPod,
  requestOf,
  type Asked,
  type World,
} from "../../testing/world.ts";
import { patching, scriptedCaller, type Review, type Script } from "./testing/scripted-caller.ts";

const group = "/apis/admissionregistration.k8s.io/v1";
const room = "/api/v1/namespaces/default";
const allPods = { operations: ["*"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] };
const allMaps = { ...allPods, resources: ["configmaps"] };
const allow = () => ({ allowed: true });

const aHook = (host: string, more: object = {}) => ({
  name: `${host}.example.com`,
  clientConfig: { url: `https://${host}/check` },
  rules: [allMaps],
  sideEffects: "None",
  admissionReviewVersions: ["v1"],
  ...more,
});

async function aWorld(scripts: Readonly<Record<string, Script>>) {
  const caller = scriptedCaller(scripts);
  const world = await anApi({ webhooks: caller });
  const configure = async (kind: "Validating" | "Mutating", name: string, ...webhooks: readonly object[]) => {
    const { status, json } = await world.ask("POST", `${group}/${kind.toLowerCase()}webhookconfigurations`, {
      body: { metadata: { name }, webhooks },
    });
    assert.equal(status, 201, json.message);
  };
  return { ...world, caller, configure };
}

const create = (
  { ask }: Pick<World, "ask">,
  name: string,
  more: object = {},
  asked: Asked = {},
  query = "",
) => ask("POST", `${room}/configmaps${query}`, { body: aConfigMap(name, more), ...asked });

test("a validating webhook sees the request and may refuse it", async () => {
  const seen: Review[] = [];
  const world = await aWorld({
    guard: (review) => {
      seen.push(review);
      const isBad = review.request.name === "bad";
      return isBad
        ? { allowed: false, status: { code: 403, reason: "Forbidden", message: "no bad maps" } }
        : { allowed: true, warnings: ["nice map"], auditAnnotations: { checked: "yes" } };
    },
  });
  await world.configure("Validating", "guard", aHook("guard"));
  const good = await create(world, "good");
  assert.deepEqual([good.status, good.headers["warning"]], [201, ['299 - "nice map"']]);
  const bad = await create(world, "bad");
  assert.deepEqual(
    [bad.status, bad.json.reason, bad.json.message],
    [403, "Forbidden", 'admission webhook "guard.example.com" denied the request: no bad maps'],
  );
  const { uid, ...request } = seen[0]?.request ?? assert.fail();
  assert.match(uid, /^[0-9a-f-]{36}$/);
  assert.equal(request.object?.metadata.name, "good");
  assert.deepEqual(
    { ...request, object: undefined },
    {
      kind: { group: "", version: "v1", kind: "ConfigMap" },
      resource: { group: "", version: "v1", resource: "configmaps" },
      requestKind: { group: "", version: "v1", kind: "ConfigMap" },
      requestResource: { group: "", version: "v1", resource: "configmaps" },
      name: "good",
      namespace: "default",
      operation: "CREATE",
      userInfo: { username: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] },
      dryRun: false,
      options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1" },
      object: undefined,
      oldObject: null,
    },
  );
});

test("updates and deletions show what was there", async () => {
  const seen: Review["request"][] = [];
  const world = await aWorld({
    guard: ({ request }) => {
      seen.push(request);
      return { allowed: request.operation !== "DELETE" };
    },
  });
  await create(world, "a");
  await world.configure("Validating", "guard", aHook("guard"));
  const contentType = "application/merge-patch+json";
  await world.ask("PATCH", `${room}/configmaps/a`, { body: { data: { key: "new" } }, contentType });
  const gone = await world.ask("DELETE", `${room}/configmaps/a`);
  assert.deepEqual(
    [gone.status, gone.json.message],
    [400, 'admission webhook "guard.example.com" denied the request without explanation'],
  );
  const data = (object: object | null) => (object as { data?: { key?: string } } | null)?.data?.key;
  assert.deepEqual(
    seen.map(({ operation, object, oldObject }) => [operation, data(object), data(oldObject)]),
    [
      ["UPDATE", "new", "value"],
      ["DELETE", undefined, "new"],
    ],
  );
});

test("mutating webhooks go one after the other, each on what the one before made", async () => {
  const append = (letter: string) => (review: Review) => {
    const { data } = review.request.object as unknown as { data: { key: string } };
    return patching({ op: "replace", path: "/data/key", value: data.key + letter });
  };
  const world = await aWorld({ one: append("1"), two: append("2"), three: append("3") });
  await world.configure("Mutating", "b", aHook("two"), aHook("three"));
  await world.configure("Mutating", "a", aHook("one"));
  const { json } = await create(world, "map", { data: { key: "" } });
  assert.equal(json.data["key"], "123");
});

test("a webhook asks to be asked again when something changed after it; once", async () => {
  const world = await aWorld({
    first: (review) => {
      const { data } = review.request.object as unknown as { data: Record<string, string> };
      return patching({ op: "add", path: "/data/count", value: String(Number(data["count"] ?? "0") + 1) });
    },
    second: () => patching({ op: "add", path: "/data/second", value: "x" }),
  });
  await world.configure(
    "Mutating",
    "all",
    aHook("first", { reinvocationPolicy: "IfNeeded" }),
    aHook("second"),
  );
  const { json } = await create(world, "map");
  assert.deepEqual(json.data, { key: "value", count: "2", second: "x" });
  assert.deepEqual(
    world.caller.asked.map((line) => line.split(" ")[0]),
    ["first", "second", "first"],
  );
});

test("what a webhook puts into a pod gets the defaults of the server, too", async () => {
  const world = await aWorld({
    sidecar: () =>
      patching({ op: "add", path: "/spec/containers/-", value: { name: "side", image: "host/cat" } }),
  });
  await world.ask("POST", `${room}/limitranges`, {
    body: { metadata: { name: "l" }, spec: { limits: [{ type: "Container", default: { memory: "1Mi" } }] } },
  });
  await world.configure(
    "Mutating",
    "sidecar",
    aHook("sidecar", { rules: [{ ...allPods, operations: ["CREATE"] }] }),
  );
  const { json } = await world.ask("POST", `${room}/pods`, { body: aPod("web") });
  const [, side] = json.spec.containers;
  assert.deepEqual(
    [side?.name, side?.imagePullPolicy, side?.resources?.limits],
    ["side", "Always", { memory: "1Mi" }],
  );
});

test("what a webhook breaks is refused as if a client had broken it", async () => {
  const world = await aWorld({
    bad: () => patching({ op: "replace", path: "/spec/containers/0/name", value: "No_Name" }),
    worse: () => patching({ op: "replace", path: "/spec/containers", value: "none" }),
    worst: () => patching({ op: "remove", path: "/spec/nothing" }),
  });
  const configure = (host: string) => world.configure("Mutating", host, aHook(host, { rules: [allPods] }));
  const remove = (host: string) => world.ask("DELETE", `${group}/mutatingwebhookconfigurations/${host}`);
  await configure("bad");
  const bad = await world.ask("POST", `${room}/pods`, { body: aPod("web") });
  assert.equal(bad.status, 422);
  assert.match(bad.json.message, /spec\.containers\[0\]\.name: Invalid value: "No_Name"/);
  await remove("bad");
  for (const host of ["worse", "worst"]) {
    await configure(host);
    const answer = await world.ask("POST", `${room}/pods`, { body: aPod("web") });
    assert.equal(answer.status, 500, answer.text);
    assert.match(
      answer.json.message,
      new RegExp(`failed to apply the patch of admission webhook "${host}\\.example`),
    );
    await remove(host);
  }
});

test("who does not answer refuses, or is ignored, as its policy says", async () => {
  const world = await aWorld({});
  await world.configure("Validating", "gone", aHook("gone", { timeoutSeconds: 3 }));
  const refused = await create(world, "a");
  assert.deepEqual(
    [refused.status, refused.json.reason, refused.json.message],
    [
      500,
      "InternalError",
      'Internal error occurred: failed calling webhook "gone.example.com": failed to call webhook: Post "https://gone/check?timeout=3s": dial tcp: lookup gone: no such host',
    ],
  );
  assert.equal(world.caller.calls[0]?.timeoutMs, 3_000);
  await world.ask("DELETE", `${group}/validatingwebhookconfigurations/gone`);
  await world.configure("Validating", "gone", aHook("gone", { failurePolicy: "Ignore" }));
  assert.equal((await create(world, "a")).status, 201);
});

test("answers that are no answers are failures", async () => {
  const cases: readonly (readonly [object | string, RegExp])[] = [
    ["not json", /json parse error/],
    [{ uid: "other", allowed: true }, /expected response\.uid=".+", got "other"/],
    [{ allowed: true, patch: "W10=" }, /validating webhook may not return response\.patch/],
    ['{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}', /webhook response was absent/],
    [
      '{"kind":"Other","apiVersion":"v1"}',
      /expected webhook response of admission\.k8s\.io\/v1, Kind=AdmissionReview/,
    ],
  ];
  for (const [response, why] of cases) {
    const world = await aWorld({ odd: () => response });
    await world.configure("Validating", "odd", aHook("odd"));
    const { status, json } = await create(world, "a");
    assert.equal(status, 500);
    assert.match(json.message, why);
  }
});

test("asks only about what rules, selectors and conditions mean", async () => {
  const world = await aWorld({ guard: allow });
  await world.ask("POST", "/api/v1/namespaces", {
    body: { metadata: { name: "other", labels: { team: "a" } } },
  });
  await world.configure(
    "Validating",
    "guard",
    aHook("guard", {
      rules: [{ ...allMaps, operations: ["CREATE"] }],
      namespaceSelector: { matchLabels: { team: "a" } },
      objectSelector: { matchExpressions: [{ key: "skip", operator: "DoesNotExist" }] },
      matchConditions: [
        { name: "not-me", expression: 'request.userInfo.username != "me"' },
        { name: "has-data", expression: "has(object.data)" },
      ],
    }),
  );
  const inOther = (name: string, metadata: object = {}, asked: Asked = {}) =>
    world.ask("POST", "/api/v1/namespaces/other/configmaps", {
      body: aConfigMap(name, { metadata: { name, ...metadata } }),
      ...asked,
    });
  await create(world, "elsewhere");
  await inOther("skipped", { labels: { skip: "" } });
  await inOther("mine", {}, { user: { name: "me", groups: ["system:masters"] } });
  await inOther("meant");
  await world.ask("DELETE", "/api/v1/namespaces/other/configmaps/meant");
  assert.deepEqual(world.caller.asked, ["guard CREATE configmaps meant"]);
});

test("subresources are asked about only by their names", async () => {
  const world = await aWorld({ guard: allow });
  const deployments = { ...allPods, apiGroups: ["apps"] };
  await world.ask("POST", "/apis/apps/v1/namespaces/default/deployments", { body: aDeployment("web") });
  await world.configure(
    "Validating",
    "guard",
    aHook("guard", { rules: [{ ...deployments, resources: ["deployments/scale"] }] }),
  );
  const path = "/apis/apps/v1/namespaces/default/deployments/web";
  const contentType = "application/merge-patch+json";
  await world.ask("PATCH", path, { body: { metadata: { labels: { a: "b" } } }, contentType });
  await world.ask("PATCH", `${path}/scale`, { body: { spec: { replicas: 3 } }, contentType });
  assert.deepEqual(world.caller.asked, ["guard UPDATE deployments/scale web"]);
  const { request } = JSON.parse(new TextDecoder().decode(world.caller.calls[0]?.body)) as Review;
  assert.deepEqual(
    [request.kind, (request.object?.spec as { replicas: number }).replicas],
    [{ group: "autoscaling", version: "v1", kind: "Scale" }, 3],
  );
});

test("a dry run is said to be one", async () => {
  const world = await aWorld({ guard: ({ request }) => ({ allowed: !request.dryRun }) });
  await world.configure("Validating", "guard", aHook("guard"));
  assert.equal((await create(world, "a", {}, {}, "?dryRun=All")).status, 400);
  assert.equal((await create(world, "a")).status, 201);
});

test("the object is shown in the version that the rule asks for", async () => {
  const seen: (readonly [string, string, string])[] = [];
  const world = await aWorld({
    guard: ({ request }) => {
      seen.push([
        request.object?.apiVersion ?? "",
        request.resource.version,
        request.requestResource.version,
      ]);
      return { allowed: true };
    },
  });
  const rules = [
    { operations: ["CREATE"], apiGroups: ["autoscaling"], apiVersions: ["v1"], resources: ["*"] },
  ];
  await world.configure("Validating", "guard", aHook("guard", { rules }));
  await world.configure("Validating", "exact", aHook("exact", { rules, matchPolicy: "Exact" }));
  const body = {
    metadata: { name: "web" },
    spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" } },
  };
  const path = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
  const { status, text } = await world.ask("POST", path, { body });
  assert.equal(status, 201, text);
  assert.deepEqual(seen, [["autoscaling/v1", "v1", "v2"]]);
});

test("nobody is asked about webhooks: one that refuses everything can be taken away", async () => {
  const world = await aWorld({ wall: () => ({ allowed: false }) });
  const everything = { operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"] };
  await world.configure("Validating", "wall", aHook("wall", { rules: [everything] }));
  assert.equal((await create(world, "a")).status, 400);
  assert.equal((await world.ask("DELETE", `${group}/validatingwebhookconfigurations/wall`)).status, 200);
  assert.equal((await create(world, "a")).status, 201);
});

test("a service is reached at one of its endpoints, under its own name", async () => {
  const world = await aWorld({ "checker.default.svc": allow });
  const service = { namespace: "default", name: "checker", path: "/check", port: 8_443 };
  await world.configure("Validating", "guard", aHook("guard", { clientConfig: { service } }));
  assert.match(
    (await create(world, "a")).json.message,
    /Post "https:\/\/checker\.default\.svc:8443\/check\?timeout=10s": service "checker" not found$/,
  );
  const spec = { ports: [{ name: "https", port: 8_443 }] };
  await world.ask("POST", `${room}/services`, { body: { metadata: { name: "checker" }, spec } });
  assert.match((await create(world, "a")).json.message, /no endpoints available for service "checker"$/);
  const slice = {
    metadata: { name: "checker-1", labels: { "kubernetes.io/service-name": "checker" } },
    addressType: "IPv4",
    endpoints: [
      { addresses: ["10.1.0.7"], conditions: { ready: true } },
      { addresses: ["10.1.0.8"], conditions: { ready: false } },
    ],
    ports: [{ name: "https", port: 9_443, protocol: "TCP" }],
  };
  const made = await world.ask("POST", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", {
    body: slice,
  });
  assert.equal(made.status, 201, made.text);
  assert.equal((await create(world, "a")).status, 201);
  const { address, serverName } = world.caller.calls.at(-1) ?? assert.fail();
  assert.deepEqual([address, serverName], [{ host: "10.1.0.7", port: 9_443 }, "checker.default.svc"]);
});

test("connections to what runs are asked about, with their options", async () => {
  const seen: Review["request"][] = [];
  const world = await aWorld({
    guard: ({ request }) => {
      seen.push(request);
      return { allowed: request.subResource !== "exec", status: { message: "look, do not touch" } };
    },
  });
  const rules = [{ ...allPods, operations: ["CONNECT"], resources: ["pods/exec", "pods/attach"] }];
  await world.configure("Validating", "guard", aHook("guard", { rules }));
  const open = (what: string) =>
    world.api.streamSession(
      requestOf("GET", `${room}/pods/web/${what}?command=ls&command=-l&stdout=true&container=main`, {}),
    );
  await assert.rejects(open("exec"), /denied the request: look, do not touch/);
  // There is no such pod; but nobody had anything against it.
  await assert.rejects(open("attach"), /pods "web" not found/);
  const [exec, attach] = seen;
  assert.deepEqual(
    [exec?.operation, exec?.resource.resource, exec?.kind, exec?.name, exec?.oldObject],
    ["CONNECT", "pods", { group: "", version: "v1", kind: "PodExecOptions" }, "web", null],
  );
  assert.deepEqual(exec?.object, {
    apiVersion: "v1",
    kind: "PodExecOptions",
    stdout: true,
    container: "main",
    command: ["ls", "-l"],
  });
  assert.equal(attach?.kind.kind, "PodAttachOptions");
});

test("a real server behind HTTPS is asked, and believed only with the right certificate", async (t) => {
  const [authority, stranger] = [await anAuthority("webhooks"), await anAuthority("stranger")];
  const pair = await authority.issue({ name: "localhost" });
  const server = createServer({ cert: pair.certificate, key: pair.key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const review = JSON.parse(Buffer.concat(chunks).toString()) as Review;
      const { uid, name } = review.request;
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({ ...review, request: undefined, response: { uid, allowed: name === "good" } }),
      );
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const webhooks = makeHttpsCaller();
  t.after(() => {
    webhooks.close();
    server.close();
  });
  const world = await anApi({ webhooks });
  const { port } = server.address() as AddressInfo;
  const configure = (name: string, { certificate }: { readonly certificate: string }) =>
    world.ask("POST", `${group}/validatingwebhookconfigurations`, {
      body: {
        metadata: { name },
        webhooks: [
          aHook(name, {
            clientConfig: {
              url: `https://localhost:${port}/check`,
              caBundle: Buffer.from(certificate).toString("base64"),
            },
          }),
        ],
      },
    });
  assert.equal((await configure("real", authority)).status, 201);
  assert.equal((await create(world, "good")).status, 201);
  assert.match((await create(world, "bad")).json.message, /denied the request without explanation/);
  assert.equal((await configure("false", stranger)).status, 201);
  const distrusted = await create(world, "good-2");
  assert.equal(distrusted.status, 500);
  assert.match(
    distrusted.json.message,
    /failed calling webhook "false\.example\.com": .*certificate signed by unknown authority$/,
  );
});

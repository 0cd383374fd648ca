import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefusal, type RefusalCode } from "@kubus/shared/errors/codes.ts";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import { decodeKubernetesProtobuf } from "./decode.ts";
import fields from "./fields.json" with { type: "json" };
import { isPointer } from "./pointer-scalars.ts";
import { body, message } from "./testing/encode.ts";

const labels = (key: string, value: string) => message([1, key], [2, value]);
const metadata = message(
  [1, "web"],
  [2, ""],
  [3, "default"],
  [5, ""],
  [7, 0],
  [8, []],
  [11, labels("app", "web")],
);

const container = message(
  [1, "main"],
  [2, "host/python3"],
  [3, "python3"],
  [3, "-m"],
  [6, message([1, ""], [2, 0], [3, 8080], [4, "TCP"], [5, ""])],
  [8, message([1, message([1, "cpu"], [2, message([1, "500m"])])])],
  [
    11,
    message([1, message([2, message([1, "/"], [2, message([1, 1], [2, 0], [3, "http"])])])], [2, 0], [4, 5]),
  ],
  [16, 0],
);

const refused = (bytes: Uint8Array, ...codes: RefusalCode[]) =>
  assert.throws(
    () => decodeKubernetesProtobuf(bytes),
    (error) => isRefusal(error, ...codes),
  );

test("reads a deployment as kubectl create writes it", () => {
  const template = message(
    [1, message([8, []], [11, labels("app", "web")])],
    [2, message([2, container], [3, ""], [11, 0])],
  );
  const spec = message(
    [1, 0],
    [2, message([1, labels("app", "web")])],
    [3, template],
    [4, message([1, ""])],
    [5, 0],
    [7, 0],
  );
  const bytes = body(
    "apps/v1",
    "Deployment",
    message([1, metadata], [2, spec], [3, message([1, 0], [2, 0])]),
  );
  assert.deepEqual(decodeKubernetesProtobuf(bytes), {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default", labels: { app: "web" } },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          containers: [
            {
              name: "main",
              image: "host/python3",
              command: ["python3", "-m"],
              ports: [{ containerPort: 8080, protocol: "TCP" }],
              resources: { limits: { cpu: "500m" } },
              readinessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 5 },
            },
          ],
        },
      },
      strategy: {},
    },
    status: {},
  });
});

test("reads times, bytes and embedded structs", () => {
  const created = message([1, "a"], [8, message([1, 1_767_225_600], [2, 0])]);
  const secret = decodeKubernetesProtobuf(
    body("v1", "Secret", message([1, created], [2, message([1, "k"], [2, "hi"])], [3, "Opaque"])),
  );
  assert.deepEqual(secret, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "a", creationTimestamp: "2026-01-01T00:00:00Z" },
    data: { k: "aGk=" },
    type: "Opaque",
  });
  const volume = message([1, "config"], [2, message([19, message([1, message([1, "settings"])], [4, 1])])]);
  const pod = decodeKubernetesProtobuf(body("v1", "Pod", message([2, message([1, volume])]))) as {
    spec: object;
  };
  assert.deepEqual(pod.spec, {
    volumes: [{ name: "config", configMap: { name: "settings", optional: true } }],
  });
  const lease = message([2, message([4, message([1, 1_767_225_600], [2, 123_456_000])])]);
  assert.deepEqual(decodeKubernetesProtobuf(body("coordination.k8s.io/v1", "Lease", lease)), {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    spec: { renewTime: "2026-01-01T00:00:00.123456Z" },
  });
});

test("reads lists of numbers, packed or not", () => {
  const read = (context: readonly number[]) =>
    decodeKubernetesProtobuf(body("v1", "Pod", message([2, message([14, context])])));
  const expected = {
    apiVersion: "v1",
    kind: "Pod",
    spec: { securityContext: { supplementalGroups: [5, 300] } },
  };
  assert.deepEqual(read(message([4, 5], [4, 300])), expected);
  assert.deepEqual(read(message([4, [5, 0xac, 0x02]])), expected);
});

test("keeps zeros that mean something and drops those that Go always writes", () => {
  const options = message([1, 0], [3, 0], [4, ""]);
  assert.deepEqual(decodeKubernetesProtobuf(body("v1", "DeleteOptions", options)), {
    apiVersion: "v1",
    kind: "DeleteOptions",
    gracePeriodSeconds: 0,
    orphanDependents: false,
  });
});

test("reads DeleteOptions of any group", () => {
  const { gracePeriodSeconds } = decodeKubernetesProtobuf(body("apps/v1", "DeleteOptions", message([1, 30])));
  assert.equal(gracePeriodSeconds, 30);
});

test("passes over fields that only newer clients know", () => {
  assert.deepEqual(decodeKubernetesProtobuf(body("v1", "ConfigMap", message([999, "new"], [998, 7]))), {
    apiVersion: "v1",
    kind: "ConfigMap",
  });
});

test("refuses what is no protobuf, or of a kind that it does not know", () => {
  refused(new TextEncoder().encode('{"kind":"Pod"}'), "badRequest");
  refused(new Uint8Array(), "badRequest");
  refused(body("example.com/v1", "Widget", []), "unsupportedMediaType");
  refused(body("v1", "toString", []), "unsupportedMediaType");
});

test("refuses a body that was cut off, wherever", () => {
  const whole = body("v1", "Pod", message([1, metadata], [2, message([2, container])]));
  for (let length = 0; length < whole.length; length += 1) {
    try {
      decodeKubernetesProtobuf(whole.subarray(0, length));
    } catch (error) {
      assert.ok(isRefusal(error, "badRequest", "unsupportedMediaType"), `${length}: ${String(error)}`);
      continue;
    }
    // The last four bytes say only that the encoding is the usual one.
    assert.equal(whole.length - length <= 4, true, `accepted ${length} of ${whole.length} bytes`);
  }
});

test("answers noise with a refusal, never with a crash", () => {
  const random = seededRandom(1);
  const whole = body("v1", "Pod", message([1, metadata], [2, message([2, container])]));
  for (let round = 0; round < 2_000; round += 1) {
    const bytes = whole.slice();
    for (let i = 0; i < 3; i += 1)
      bytes[4 + Math.floor(random.next() * (bytes.length - 4))] = Math.floor(random.next() * 256);
    try {
      decodeKubernetesProtobuf(bytes);
    } catch (error) {
      assert.ok(isRefusal(error, "badRequest", "unsupportedMediaType"), String(error));
    }
  }
});

test("refuses nesting without end", () => {
  const nest = (depth: number): readonly number[] =>
    depth === 0 ? message([4, "x"]) : message([26, nest(depth - 1)]);
  const definition = (schema: readonly number[]) =>
    body(
      "apiextensions.k8s.io/v1",
      "CustomResourceDefinition",
      message([2, message([7, message([4, message([1, schema])])])]),
    );
  assert.ok(decodeKubernetesProtobuf(definition(nest(10))));
  refused(definition(nest(200)), "badRequest");
});

test("every message that a field names is in the table", () => {
  const table = fields as unknown as Record<string, Record<string, [number, string]>>;
  const scalars = ["string", "bytes", "bool", "int32", "int64", "double"];
  const missing = Object.values(table)
    .flatMap((message) => Object.values(message).map(([, type]) => type.replace(/^map<string,(.*)>$/, "$1")))
    .filter((type) => !scalars.includes(type) && !(type in table));
  assert.deepEqual([...new Set(missing)], []);
});

test("every pointer in the table is a field of its message", () => {
  assert.equal(isPointer("apps.v1.DeploymentSpec", "replicas"), true);
  assert.equal(isPointer("core.v1.ContainerPort", "hostPort"), false);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal } from "@kubus/shared/errors/codes.ts";
import { deploymentKind, leaseKind, podKind, secretKind, serviceKind } from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";
import { checkFields } from "./strict.ts";

const checked = (kind: Kind, body: unknown): unknown => checkFields(kind, body, "Ignore").object;

/** The refusal's text, without its beginning, which is the same for all. */
function refusal(kind: Kind, body: unknown, mode: "Ignore" | "Strict" = "Ignore"): string {
  try {
    checkFields(kind, body, mode);
  } catch (error) {
    assert.ok(error instanceof Refusal);
    assert.equal(error.code, "badRequest");
    const start = `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: `;
    assert.ok(error.message.startsWith(start), error.message);
    return error.message.slice(start.length);
  }
  return "accepted";
}

test("refuses unknown fields when asked to be strict", () => {
  const body = {
    spec: { replica: 1, template: { spec: { containers: [{ name: "a", imag: "x" }] } } },
    stats: {},
  };
  assert.equal(
    refusal(deploymentKind, body, "Strict"),
    'strict decoding error: unknown field "spec.replica", unknown field "spec.template.spec.containers[0].imag", unknown field "stats"',
  );
});

test("tells of unknown fields when asked to warn, and drops them", () => {
  const body = { spec: { replica: 1, replicas: 2 } };
  assert.deepEqual(checkFields(deploymentKind, body, "Warn"), {
    object: { spec: { replicas: 2 } },
    warnings: ['unknown field "spec.replica"'],
  });
  assert.deepEqual(checkFields(deploymentKind, body, "Ignore").warnings, []);
});

test("refuses wrong types in Go's words, whatever was asked", () => {
  const of = (spec: unknown) => refusal(deploymentKind, { spec });
  const prefix = "json: cannot unmarshal";
  assert.equal(
    of({ replicas: "3" }),
    `${prefix} string into Go struct field DeploymentSpec.spec.replicas of type int32`,
  );
  assert.equal(
    of({ replicas: 1.5 }),
    `${prefix} number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32`,
  );
  assert.equal(
    of({ replicas: 2 ** 31 }),
    `${prefix} number 2147483648 into Go struct field DeploymentSpec.spec.replicas of type int32`,
  );
  assert.equal(
    of({ paused: "yes" }),
    `${prefix} string into Go struct field DeploymentSpec.spec.paused of type bool`,
  );
  assert.equal(of([]), `${prefix} array into Go struct field Deployment.spec of type v1.DeploymentSpec`);
  assert.equal(
    of({ template: { spec: { containers: [{ image: 5 }] } } }),
    `${prefix} number into Go struct field Container.spec.template.spec.containers.image of type string`,
  );
  assert.equal(
    of({ template: { metadata: { labels: { app: true } } } }),
    `${prefix} bool into Go struct field ObjectMeta.spec.template.metadata.labels of type string`,
  );
});

test("takes null for nothing", () => {
  const body = {
    metadata: { creationTimestamp: null, labels: { a: null } },
    spec: { containers: [null], nodeName: null },
  };
  assert.deepEqual(checked(podKind, body), { metadata: { labels: { a: "" } }, spec: { containers: [{}] } });
});

test("writes quantities in one way, and takes numbers for them", () => {
  const limits = (amounts: object) => ({ spec: { containers: [{ resources: { limits: amounts } }] } });
  assert.deepEqual(
    checked(podKind, limits({ cpu: 1.5, memory: "1024Mi" })),
    limits({ cpu: "1500m", memory: "1Gi" }),
  );
  assert.match(refusal(podKind, limits({ cpu: "a lot" })), /^quantities must match the regular expression/);
});

test("takes ports as numbers or names", () => {
  const body = (targetPort: unknown) => ({ spec: { ports: [{ targetPort }] } });
  assert.deepEqual(checked(serviceKind, body("http")), body("http"));
  assert.deepEqual(checked(serviceKind, body(8080)), body(8080));
  assert.match(
    refusal(serviceKind, body(true)),
    /cannot unmarshal bool into Go struct field ServicePort\.spec\.ports\.targetPort/,
  );
});

test("wants times and base64 that can be read", () => {
  assert.match(refusal(leaseKind, { spec: { renewTime: "yesterday" } }), /^parsing time "yesterday" as/);
  assert.deepEqual(checked(leaseKind, { spec: { renewTime: "2026-01-01T00:00:00.123456Z" } }), {
    spec: { renewTime: "2026-01-01T00:00:00.123456Z" },
  });
  assert.equal(refusal(secretKind, { data: { a: "not base64" } }), "illegal base64 data at input byte 3");
  assert.deepEqual(checked(secretKind, { data: { a: "aGk=" } }), { data: { a: "aGk=" } });
});

test("is not led astray by names that objects inherit", () => {
  const body = JSON.parse(
    '{"__proto__": {"spec": {}}, "spec": {"constructor": 1}, "metadata": {"labels": {"__proto__": "x"}}}',
  ) as object;
  const { object, warnings } = checkFields(podKind, body, "Warn");
  assert.deepEqual(warnings, ['unknown field "__proto__"', 'unknown field "spec.constructor"']);
  assert.equal(Object.getPrototypeOf(object), Object.prototype);
});

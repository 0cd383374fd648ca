/** What Kubernetes refuses about certificate requests, cause by cause. */
import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import { causesOf, causesOfStatusUpdate, created, messagesOf } from "../testing/refusals.ts";
import { certificateSigningRequestKind as kind } from "./index.ts";
import { aRequest } from "./testing/requests.ts";

suite("certificate requests", () => {
  let spec: Readonly<Record<string, unknown>> = {};
  before(async () => {
    const { request } = await aRequest({ name: "jane" });
    spec = { request, signerName: "kubernetes.io/kube-apiserver-client", usages: ["client auth"] };
  });

  const cases: readonly (readonly [string, object, readonly string[]])[] = [
    ["bytes that are no PEM", { request: "AAAA" }, ["FieldValueInvalid spec.request"]],
    [
      "another PEM block",
      { request: Buffer.from("-----BEGIN X-----").toString("base64") },
      ["FieldValueInvalid spec.request"],
    ],
    ["no request", { request: undefined }, ["FieldValueInvalid spec.request"]],
    ["no usages", { usages: [] }, ["FieldValueRequired spec.usages"]],
    [
      "a usage that there is not",
      { usages: ["client auth", "magic"] },
      ["FieldValueNotSupported spec.usages[1]"],
    ],
    [
      "a usage that comes twice",
      { usages: ["client auth", "client auth"] },
      ["FieldValueDuplicate spec.usages[1]"],
    ],
    ["no signer", { signerName: undefined }, ["FieldValueRequired spec.signerName"]],
    [
      "the legacy signer",
      { signerName: "kubernetes.io/legacy-unknown" },
      ["FieldValueInvalid spec.signerName"],
    ],
    ["a signer without a path", { signerName: "example.com" }, ["FieldValueInvalid spec.signerName"]],
    ["a signer of a single word", { signerName: "example/signer" }, ["FieldValueInvalid spec.signerName"]],
    ["a signer with capitals", { signerName: "Example.com/signer" }, ["FieldValueInvalid spec.signerName"]],
    ["less than ten minutes", { expirationSeconds: 599 }, ["FieldValueInvalid spec.expirationSeconds"]],
  ];
  for (const [what, change, causes] of cases)
    test(`are refused for ${what}`, () =>
      assert.deepEqual(causesOf(kind, { spec: { ...spec, ...change } }), causes));

  test("are refused in Kubernetes' words", () => {
    assert.deepEqual(messagesOf(kind, { spec: { ...spec, expirationSeconds: 5 } }), [
      "spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 600 seconds (10 minutes)",
    ]);
  });

  test("say who asked, whatever the asker says", () => {
    const csr = created(kind, { spec: { ...spec, username: "root", groups: ["system:masters"], uid: "1" } });
    const { username, groups, uid } = (csr as unknown as { spec: Record<string, unknown> }).spec;
    assert.deepEqual(
      [username, groups, uid],
      ["kubernetes-admin", ["system:masters", "system:authenticated"], undefined],
    );
    assert.deepEqual(causesOf(kind, csr), []);
  });

  const condition = (type: string, status = "True") => ({ type, status, reason: "Test" });
  const statusCases: readonly (readonly [string, object, object, readonly string[]])[] = [
    ["approve", {}, { conditions: [condition("Approved")] }, ["FieldValueForbidden status.conditions"]],
    [
      "unmake a failure",
      { conditions: [condition("Failed")] },
      {},
      ["FieldValueForbidden status.conditions"],
    ],
    [
      "say both of approval and denial",
      { conditions: [condition("Approved")] },
      { conditions: [condition("Denied")] },
      ["FieldValueInvalid status.conditions[1].type", "FieldValueForbidden status.conditions"],
    ],
    [
      "approve by half",
      {},
      { conditions: [condition("Failed", "False")] },
      ["FieldValueNotSupported status.conditions[0].status"],
    ],
    [
      "exchange a certificate",
      { certificate: "AAAA" },
      { certificate: "BBBB" },
      ["FieldValueForbidden status.certificate"],
    ],
    ["give what is no certificate", {}, { certificate: "AAAA" }, ["FieldValueInvalid status.certificate"]],
  ];
  for (const [what, previous, next, causes] of statusCases)
    test(`do not let a signer ${what}`, () =>
      assert.deepEqual(
        causesOfStatusUpdate(kind, { spec, status: next }, { spec, status: previous }),
        causes,
      ));
});

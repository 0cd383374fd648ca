/** Certificate requests from approval to certificate, and what signers refuse. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import type { CertificateSigningRequest } from "@kubus/shared/api/certificates.ts";
import { anAuthority } from "../../adapters/http/testing/certificates.ts";
import { certificateSigner } from "../../adapters/x509/certificate-signer.ts";
import { certificateSigningRequestKind as kind } from "../../kinds/certificates/index.ts";
import { aRequest, type Wanted } from "../../kinds/certificates/testing/requests.ts";
import { aCluster } from "../testing/cluster.ts";
import { certificateController } from "./controller.ts";
import { reconcileCertificate } from "./reconcile.ts";

const approved = { type: "Approved", status: "True" } as const;

async function aSigner() {
  const authority = await anAuthority("kubus-ca");
  return { authority, signer: certificateSigner({ certificate: authority.certificate, key: authority.key }) };
}

async function aCsr(
  wanted: Wanted,
  spec: object,
  status: CertificateSigningRequest["status"] = { conditions: [approved] },
) {
  const { request } = await aRequest(wanted);
  const csr: CertificateSigningRequest = {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name: "a", uid: "1", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" },
    spec: { request, signerName: "kubernetes.io/kube-apiserver-client", usages: ["client auth"], ...spec },
    status,
  };
  return csr;
}

const now = Date.parse("2026-01-01T00:10:00Z");

test("an approved request gets a certificate for as long as was asked, of the CA", async () => {
  const { authority, signer } = await aSigner();
  const csr = await aCsr(
    { name: "jane", groups: ["staff"], dns: ["jane.example.com"] },
    { expirationSeconds: 3_600 },
  );
  const { effects } = reconcileCertificate({ csr, signer, now: Date.now() - 60_000 });
  // Times of the test's CA are real ones: the request is younger than its end.
  assert.deepEqual(
    effects.map(({ type }) => type),
    ["delete"],
  );
  const young = { ...csr, metadata: { ...csr.metadata, creationTimestamp: new Date().toISOString() } };
  const [effect] = reconcileCertificate({ csr: young, signer, now: Date.now() }).effects;
  assert.ok(effect?.type === "patchWith");
  const { status } = (await effect.make()) as { status: { certificate: string } };
  const certificate = new X509Certificate(Buffer.from(status.certificate, "base64"));
  assert.equal(certificate.checkIssued(new X509Certificate(authority.certificate)), true);
  assert.equal(certificate.verify(new X509Certificate(authority.certificate).publicKey), true);
  assert.match(certificate.subject, /CN=jane/);
  assert.match(certificate.subject, /O=staff/);
  assert.equal(certificate.subjectAltName, "DNS:jane.example.com");
  assert.ok(Math.abs(Date.parse(certificate.validTo) - Date.now() - 3_600_000) < 10_000);
});

test("nothing is signed that is not approved, was signed, or is another signer's", async () => {
  const { signer } = await aSigner();
  const none = (csr: CertificateSigningRequest) =>
    assert.deepEqual(reconcileCertificate({ csr, signer, now }).effects, []);
  none(await aCsr({ name: "jane" }, {}, {}));
  none(await aCsr({ name: "jane" }, {}, { conditions: [approved], certificate: "AAAA" }));
  none(await aCsr({ name: "jane" }, { signerName: "example.com/signer" }));
  const csr = await aCsr({ name: "jane" }, {});
  assert.deepEqual(reconcileCertificate({ csr, signer: undefined, now }).effects, []);
});

const node = { name: "system:node:pi-1", groups: ["system:nodes"] };
const kubelet = {
  signerName: "kubernetes.io/kube-apiserver-client-kubelet",
  usages: ["client auth", "digital signature"],
};
const serving = { signerName: "kubernetes.io/kubelet-serving", usages: ["server auth", "digital signature"] };
const refused: readonly (readonly [string, Wanted, object, string])[] = [
  [
    "usages without client auth",
    { name: "jane" },
    { usages: ["digital signature"] },
    "usages must include client auth",
  ],
  [
    "a usage of servers",
    { name: "jane" },
    { usages: ["client auth", "server auth"] },
    'usage "server auth" is not allowed for this signer',
  ],
  [
    "a board that is none",
    { name: "pi-1", groups: ["system:nodes"] },
    kubelet,
    "subject common name does not begin with system:node:",
  ],
  ["a board of another group", { name: node.name }, kubelet, "subject organization is not system:nodes"],
  ["a board's client with a name", { ...node, dns: ["a"] }, kubelet, "DNS subjectAltNames are not allowed"],
  ["a board's server without one", node, serving, "DNS or IP subjectAltName is required"],
  [
    "a board's server as client",
    { ...node, dns: ["a"] },
    { ...serving, usages: ["client auth"] },
    "usages did not match [digital signature key encipherment server auth]",
  ],
];

for (const [what, wanted, spec, message] of refused)
  test(`a signer refuses ${what}`, async () => {
    const { signer } = await aSigner();
    const [effect] = reconcileCertificate({ csr: await aCsr(wanted, spec), signer, now }).effects;
    assert.ok(effect?.type === "writeStatus");
    assert.deepEqual(effect.status, {
      conditions: [approved, { type: "Failed", status: "True", reason: "SignerValidationFailure", message }],
    });
  });

test("what a board may have is signed", async () => {
  const { signer } = await aSigner();
  for (const csr of [await aCsr(node, kubelet), await aCsr({ ...node, dns: ["pi-1"] }, serving)])
    assert.deepEqual(
      reconcileCertificate({ csr, signer, now }).effects.map(({ type }) => type),
      ["patchWith"],
    );
});

test("a request that nobody judges goes after a day, one that is settled after an hour", async () => {
  const { request } = await aRequest({ name: "jane" });
  const { advance, create, names, objects, clock } = await aCluster([certificateController(undefined)]);
  const spec = { request, signerName: "example.com/signer", usages: ["client auth"] };
  await create(kind, { metadata: { name: "open" }, spec });
  await create(kind, { metadata: { name: "failed" }, spec });
  const failed = { type: "Failed", status: "True", lastUpdateTime: new Date(clock.now()).toISOString() };
  await objects.patch(kind, { name: "failed" }, { status: { conditions: [failed] } }, "status");
  await advance(3_601_000);
  assert.deepEqual(names(kind), ["open"]);
  await advance(23 * 3_600_000);
  assert.deepEqual(names(kind), []);
});

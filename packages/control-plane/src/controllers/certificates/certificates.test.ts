/** Certificate requests from approval to certificate, and what signers refuse. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { eventTable } from "@kubus/shared/testing/event-table.ts";
import type { CertificateSigningRequest } from "@kubus/shared/api/certificates.ts";
import { anAuthority } from "../../adapters/http/testing/certificates.ts";
import { certificateSigner } from "../../adapters/x509/certificate-signer.ts";
import { certificateSigningRequestKind as kind } from "../../kinds/certificates/index.ts";
import { aRequest, type Wanted } from "../../kinds/certificates/testing/requests.ts";
import { clusterRoleBindingKind, clusterRoleKind } from "../../kinds/index.ts";
import type { Api } from "../../api/api.ts";
import { aCluster } from "../testing/cluster.ts";
import { aLife } from "../testing/life.ts";
import { certificateController } from "./controller.ts";
import { csrMachine } from "./csr.machine.ts";
import { reconcileCertificate } from "./reconcile.ts";

/** A policy that grants nothing. */
const mayHave = () => false;

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
  const { effects } = reconcileCertificate({ csr, signer, mayHave, now: Date.now() - 60_000 });
  // Times of the test's CA are real ones: the request is younger than its end.
  assert.deepEqual(
    effects.map(({ type }) => type),
    ["delete"],
  );
  const young = { ...csr, metadata: { ...csr.metadata, creationTimestamp: new Date().toISOString() } };
  const [effect] = reconcileCertificate({ csr: young, signer, mayHave, now: Date.now() }).effects;
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
    assert.deepEqual(reconcileCertificate({ csr, signer, mayHave, now }).effects, []);
  none(await aCsr({ name: "jane" }, {}, {}));
  none(await aCsr({ name: "jane" }, {}, { conditions: [approved], certificate: "AAAA" }));
  none(await aCsr({ name: "jane" }, { signerName: "example.com/signer" }));
  const csr = await aCsr({ name: "jane" }, {});
  assert.deepEqual(reconcileCertificate({ csr, signer: undefined, mayHave, now }).effects, []);
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
    const [effect] = reconcileCertificate({ csr: await aCsr(wanted, spec), signer, mayHave, now }).effects;
    assert.ok(effect?.type === "writeStatus");
    assert.deepEqual(effect.status, {
      conditions: [
        approved,
        {
          type: "Failed",
          status: "True",
          reason: "SignerValidationFailure",
          message,
          lastUpdateTime: "2026-01-01T00:10:00Z",
          lastTransitionTime: "2026-01-01T00:10:00Z",
        },
      ],
    });
  });

test("what a board may have is signed", async () => {
  const { signer } = await aSigner();
  for (const csr of [await aCsr(node, kubelet), await aCsr({ ...node, dns: ["pi-1"] }, serving)])
    assert.deepEqual(
      reconcileCertificate({ csr, signer, mayHave, now }).effects.map(({ type }) => type),
      ["patchWith"],
    );
});

test("a request that nobody judges goes after a day, one that is settled after an hour", async () => {
  const { request } = await aRequest({ name: "jane" });
  const { advance, create, names, objects, clock } = await aCluster([certificateController({})]);
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

const joiner = "system:bootstrap:abcdef";

/** A cluster that signs, and what asks it. */
async function aJoinedCluster() {
  const { signer } = await aSigner();
  let api: Api | undefined;
  const cluster = await aCluster((made) => {
    api = made;
    return [certificateController({ signer, allows: made.allows })];
  });
  const ask = async (name: string, as: string, wanted: Wanted, spec: object) => {
    assert.ok(api !== undefined);
    const { request } = await aRequest(wanted);
    await api.objectsAs(as).create(kind, { metadata: { name }, spec: { request, ...spec } as never });
    await cluster.rest();
    return cluster.cache.get(kind, undefined, name);
  };
  const grant = async (subresource: string, user: string) => {
    await cluster.objects.create(clusterRoleKind, {
      metadata: { name: subresource },
      rules: [
        {
          apiGroups: ["certificates.k8s.io"],
          resources: [`certificatesigningrequests/${subresource}`],
          verbs: ["create"],
        },
      ],
    });
    await cluster.create(clusterRoleBindingKind, {
      metadata: { name: subresource },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: subresource },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
    });
  };
  return { ...cluster, ask, grant };
}

// The test's in-process users are masters while they write; the request keeps their names and groups.
test("a board's client certificate is approved and signed when the policy lets who asks have it", async () => {
  const cluster = await aJoinedCluster();
  const csr = await cluster.ask("board", joiner, node, kubelet);
  const [condition] = csr?.status?.conditions ?? [];
  assert.deepEqual(
    [condition?.type, condition?.reason, condition?.message],
    ["Approved", "AutoApproved", "Auto approving kubelet client certificate after SubjectAccessReview."],
  );
  assert.notEqual(csr?.status?.certificate, undefined);
  assert.equal(cluster.stateOf("csr board"), "issued");
  const own = await cluster.ask("own", node.name, node, kubelet);
  assert.equal(
    own?.status?.conditions?.[0]?.message,
    "Auto approving self kubelet client certificate after SubjectAccessReview.",
  );
});

test("what else is asked for waits for people, however mighty who asks", async () => {
  const cluster = await aJoinedCluster();
  await cluster.ask("server", joiner, { ...node, dns: ["pi-1"] }, serving);
  await cluster.ask("named", joiner, { ...node, dns: ["pi-1"] }, kubelet);
  await cluster.ask(
    "jane",
    joiner,
    { name: "jane" },
    {
      signerName: "kubernetes.io/kube-apiserver-client",
      usages: ["client auth"],
    },
  );
  for (const name of ["server", "named", "jane"]) assert.equal(cluster.stateOf(`csr ${name}`), "pending");
});

test("a request that the policy does not let through yet is approved when the policy changes", async () => {
  let isGranted = false;
  const { signer } = await aSigner();
  const cluster = await aCluster([certificateController({ signer, allows: () => isGranted })]);
  const { request } = await aRequest(node);
  await cluster.create(kind, { metadata: { name: "board" }, spec: { request, ...kubelet } });
  assert.equal(cluster.stateOf("csr board"), "pending");
  assert.equal(cluster.whyOf("csr board"), "admin may not have it without a verdict: needs nodeclient");
  isGranted = true;
  await cluster.create(clusterRoleKind, { metadata: { name: "any" }, rules: [] });
  assert.equal(cluster.stateOf("csr board"), "issued");
});

test("a new leader finds every request in the state in which it was", async () => {
  const cluster = await aCluster([certificateController({})]);
  const { request } = await aRequest({ name: "jane" });
  const spec = { request, signerName: "example.com/signer", usages: ["client auth"] };
  const certificate = Buffer.from("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n");
  for (const name of ["pending", "approved", "issued", "denied", "failed"])
    await cluster.create(kind, { metadata: { name }, spec });
  const judge = (name: string, type: string) => {
    const door = type === "Failed" ? "status" : "approval";
    const status = { conditions: [{ type, status: "True" }] };
    return cluster.objects.patch(kind, { name }, { status }, door);
  };
  await judge("approved", "Approved");
  await judge("issued", "Approved");
  await judge("denied", "Denied");
  await judge("failed", "Failed");
  const status = { certificate: certificate.toString("base64") };
  await cluster.objects.patch(kind, { name: "issued" }, { status }, "status");
  await cluster.rest();
  const states = () => cluster.names(kind).map((name) => cluster.stateOf(`csr ${name}`) === name);
  assert.deepEqual(states(), [true, true, true, true, true]);
  await cluster.takeOver();
  assert.deepEqual(states(), [true, true, true, true, true]);
  await cluster.objects.patch(kind, { name: "failed" }, { metadata: { finalizers: ["test/held"] } });
  await cluster.advance(3_600_000);
  assert.deepEqual(cluster.names(kind), ["approved", "failed", "pending"]);
  assert.equal(cluster.stateOf("csr failed"), "expired", "somebody holds it");
  await cluster.takeOver();
  assert.equal(cluster.stateOf("csr failed"), "expired");
});

test("the chart of a request's life", async () => {
  const life = aLife(csrMachine);
  life.look({ type: "request.unjudged", dueInMs: 1_000 });
  life.look({ type: "request.approved", dueInMs: 1_000 });
  life.look({ type: "certificate.issued", dueInMs: 500 });
  await life.advance(500);
  assert.equal(life.trace(), "unseen → pending → approved → issued → expired");
  const to = {
    "request.unjudged": "pending",
    "request.approved": "approved",
    "certificate.issued": "issued",
    "request.denied": "denied",
    "signing.failed": "failed",
    "request.outdated": "expired",
  };
  const events = Object.fromEntries(Object.keys(to).map((type) => [type, { type }]));
  const states = Object.values(to);
  const row = (state: string) =>
    `${state}: ${Object.entries(to)
      .map(([event, next]) => `${event} → ${next === state ? "·" : next}`)
      .join(", ")}`;
  assert.deepEqual(eventTable({ machine: csrMachine, input: {}, events, states }), states.map(row));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject, ObjectMeta } from "@kubus/shared/api/meta.ts";
import { metadata, told, wrongWith } from "./testing/objects.ts";
import {
  configMapKind,
  eventKind,
  leaseKind,
  namespaceKind,
  nodeKind,
  secretKind,
  serviceKind,
} from "./index.ts";
import type { Kind } from "./kind.ts";

const { namespace, ...clusterMetadata } = metadata;
const inPlace = ({ scope }: { readonly scope: string }) =>
  scope === "Cluster" ? clusterMetadata : { ...clusterMetadata, namespace };

/** An object of a kind as a client sends it, after defaulting. */
const a = <T extends KubeObject>(kind: Kind<T>, parts: object): T =>
  kind.setDefaults({ apiVersion: "v1", kind: kind.kind, metadata: inPlace(kind), ...parts } as unknown as T);
const wrong = <T extends KubeObject>(kind: Kind<T>, parts: object) => wrongWith(kind, a(kind, parts));
const refused = <T extends KubeObject>(kind: Kind<T>, before: object, after: object) =>
  told(kind.validateUpdate(a(kind, after), a(kind, before)));
const asUser = { now: 0, user: { name: "test", groups: [] } };

test("metadata: names, labels, annotations, owners", () => {
  const of = (parts: Partial<ObjectMeta>) => wrong(configMapKind, { metadata: { ...metadata, ...parts } });
  assert.deepEqual(of({ name: "" }), ["metadata.name: Required value: name or generateName is required"]);
  assert.match(
    of({ name: "Web" }).join(),
    /^metadata\.name: Invalid value: "Web": a lowercase RFC 1123 subdomain must/,
  );
  assert.match(
    of({ labels: { "a b": "x" } }).join(),
    /^metadata\.labels: Invalid value: "a b": name part must consist of/,
  );
  assert.match(
    of({ labels: { a: "x y" } }).join(),
    /^metadata\.labels: Invalid value: "x y": a valid label must be/,
  );
  assert.match(of({ annotations: { a: "x".repeat(300_000) } }).join(), /^metadata\.annotations: Too long/);
  assert.deepEqual(of({ annotations: { "Any.Case/Key": "any value" } }), []);
  const owner = { apiVersion: "v1", kind: "Pod", name: "a", uid: "1", controller: true };
  assert.match(
    of({ ownerReferences: [owner, { ...owner, name: "b" }] }).join(),
    /Only one reference can have Controller set to true/,
  );
  assert.deepEqual(of({ ownerReferences: [{ ...owner, uid: "" }] }), [
    'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
  ]);
});

test("metadata: identity stays, and what is going takes no new finalizers", () => {
  assert.deepEqual(refused(configMapKind, {}, { metadata: { ...metadata, uid: "2" } }), [
    'metadata.uid: Invalid value: "2": field is immutable',
  ]);
  const going = { ...metadata, deletionTimestamp: "2026-01-01T00:00:00Z" };
  assert.match(
    refused(configMapKind, { metadata: going }, { metadata: { ...going, finalizers: ["a/b"] } }).join(),
    /^metadata\.finalizers: Forbidden: no new finalizers can be added/,
  );
});

test("config map: keys are file names, immutable ones stay", () => {
  assert.match(
    wrong(configMapKind, { data: { "a/b": "" } }).join(),
    /^data\[a\/b\]: Invalid value: "a\/b": a valid config key/,
  );
  assert.equal(wrong(configMapKind, { data: { a: "" }, binaryData: { a: "" } }).length, 1);
  assert.equal(wrong(configMapKind, { data: { a: "x".repeat(1024 * 1024 + 1) } }).length, 1);
  const locked = { data: { a: "1" }, immutable: true };
  const why = "Forbidden: field is immutable when `immutable` is set";
  assert.deepEqual(refused(configMapKind, locked, { ...locked, data: { a: "2" } }), [`data: ${why}`]);
  assert.deepEqual(refused(configMapKind, locked, { data: { a: "1" } }), [`immutable: ${why}`]);
  assert.deepEqual(refused(configMapKind, locked, locked), []);
});

test("secret: plain texts are encoded, the type stays", () => {
  const secret = a(secretKind, { data: { a: "YQ==", b: "Yg==" }, stringData: { b: "new" } });
  assert.deepEqual(secret.data, { a: "YQ==", b: "bmV3" });
  assert.equal("stringData" in secret, false);
  assert.equal(secret.type, "Opaque");
  assert.deepEqual(refused(secretKind, {}, { type: "kubernetes.io/tls" }), [
    'type: Invalid value: "kubernetes.io/tls": field is immutable',
  ]);
  assert.deepEqual(wrong(secretKind, { type: "kubernetes.io/tls", data: { "tls.crt": "" } }), [
    "data[tls.key]: Required value",
  ]);
});

test("namespace: has its name as a label, and finalizers of its own", () => {
  const born = namespaceKind.prepareForCreate(a(namespaceKind, { metadata: { name: "team" } }), asUser);
  assert.deepEqual(born.metadata.labels, { "kubernetes.io/metadata.name": "team" });
  assert.deepEqual(born.spec, { finalizers: ["kubernetes"] });
  assert.deepEqual(born.status, { phase: "Active" });
  const next = namespaceKind.prepareForUpdate(
    { ...born, spec: { finalizers: [] }, status: { phase: "Terminating" } },
    born,
  );
  assert.deepEqual([next.spec, next.status], [born.spec, born.status]);
  assert.ok(namespaceKind.undeletable?.includes("kube-system"));
});

test("service: ports and addresses", () => {
  const service = a(serviceKind, { spec: { ports: [{ port: 80 }], selector: { app: "web" } } });
  assert.deepEqual(service.spec, {
    type: "ClusterIP",
    sessionAffinity: "None",
    internalTrafficPolicy: "Cluster",
    ipFamilies: ["IPv4"],
    ipFamilyPolicy: "SingleStack",
    ports: [{ port: 80, protocol: "TCP", targetPort: 80 }],
    selector: { app: "web" },
  });
  const of = (spec: object) => wrong(serviceKind, { spec });
  assert.deepEqual(of({}), ["spec.ports: Required value"]);
  assert.deepEqual(of({ clusterIP: "None" }), []);
  assert.deepEqual(of({ ports: [{ port: 80 }, { port: 81 }] }), [
    "spec.ports[0].name: Required value",
    "spec.ports[1].name: Required value",
  ]);
  assert.deepEqual(of({ ports: [{ port: 0 }] }), [
    "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
    "spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive",
  ]);
  assert.match(of({ type: "Cloud", ports: [{ port: 1 }] }).join(), /^spec\.type: Unsupported value: "Cloud"/);
  assert.deepEqual(of({ type: "ExternalName" }), ["spec.externalName: Required value"]);
});

test("service: an address that was given stays", () => {
  const given = a(serviceKind, { spec: { ports: [{ port: 80 }], clusterIP: "10.96.0.9" } });
  const kept = serviceKind.prepareForUpdate(a(serviceKind, { spec: { ports: [{ port: 81 }] } }), given);
  assert.equal(kept.spec.clusterIP, "10.96.0.9");
  assert.deepEqual(kept.spec.clusterIPs, ["10.96.0.9"]);
  assert.match(
    refused(serviceKind, given, { spec: { ports: [{ port: 80 }], clusterIP: "10.96.0.10" } }).join(),
    /may not change once set/,
  );
});

test("node: taints are unique, its agent writes labels through its status", () => {
  const taint = { key: "a", effect: "NoSchedule" };
  assert.match(
    wrong(nodeKind, { spec: { taints: [taint, taint] } }).join(),
    /^metadata\.taints\[1\]: Duplicate value: .*: taints must be unique by key and effect pair$/,
  );
  assert.deepEqual(wrong(nodeKind, { spec: { taints: [{ key: "a" }] } }), [
    "metadata.taints[0].effect: Required value",
  ]);
  assert.deepEqual(a(nodeKind, { status: { capacity: { cpu: "4" } } }).status?.allocatable, { cpu: "4" });
  const before = a(nodeKind, { spec: { podCIDR: "10.0.0.0/24" } });
  const next = a(nodeKind, {
    metadata: { ...clusterMetadata, labels: { a: "b" } },
    spec: {},
    status: { capacity: {} },
  });
  const written = nodeKind.prepareForStatusUpdate(next, before);
  assert.deepEqual(written.spec, before.spec);
  assert.deepEqual(written.metadata.labels, { a: "b" });
  assert.equal(refused(nodeKind, { spec: { podCIDR: "10.0.0.0/24" } }, { spec: {} }).length, 1);
});

test("event: stands beside its object", () => {
  const about = (namespace: string) => ({ involvedObject: { kind: "Pod", name: "web", namespace } });
  assert.deepEqual(wrong(eventKind, about("default")), []);
  assert.deepEqual(wrong(eventKind, about("other")), [
    'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
  ]);
  assert.deepEqual(wrong(eventKind, { involvedObject: { kind: "Node", name: "board-1" } }), []);
});

test("lease: lasts longer than nothing", () => {
  assert.equal(wrong(leaseKind, { spec: { leaseDurationSeconds: 0 } }).length, 1);
  assert.deepEqual(wrong(leaseKind, { spec: { leaseDurationSeconds: 15 } }), []);
});

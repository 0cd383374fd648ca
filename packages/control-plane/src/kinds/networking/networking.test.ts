import assert from "node:assert/strict";
import { test } from "node:test";
import type { Kind } from "../kind.ts";
import { causesOf, causesOfUpdate, created, messagesOf } from "../testing/refusals.ts";
import { ingressClassKind, ingressKind, ipAddressKind, networkPolicyKind, serviceCidrKind } from "./index.ts";

/** Each manifest with what it is refused for. */
function allRefused(
  kind: Kind,
  cases: readonly (readonly [manifest: object, ...causes: readonly string[]])[],
) {
  for (const [manifest, ...causes] of cases)
    assert.deepEqual(causesOf(kind, manifest), causes, JSON.stringify(manifest));
}
const cells = (kind: Kind, object: object) =>
  Object.fromEntries(kind.columns.map(({ name, of }) => [name, of(created(kind, object), 0)]));

const backend = { service: { name: "web", port: { number: 80 } } };
const path = { path: "/", pathType: "Prefix", backend };
const ingress = (spec: object) => ({ spec });
const withPath = (more: object) => ingress({ rules: [{ http: { paths: [{ ...path, ...more }] } }] });
const at = "spec.rules[0].http.paths[0]";

test("ingress: what is accepted", () => {
  const tls = [{ hosts: ["a.example", "*.b.example"], secretName: "cert" }];
  for (const good of [
    ingress({ defaultBackend: backend }),
    ingress({ rules: [{ host: "web.example", http: { paths: [path] } }], tls, ingressClassName: "nginx" }),
    ingress({ rules: [{ host: "*.example.com" }] }),
    withPath({ backend: { service: { name: "web", port: { name: "http" } } } }),
    withPath({ backend: { resource: { apiGroup: "k8s.example", kind: "Bucket", name: "files" } } }),
    withPath({ path: "", pathType: "ImplementationSpecific" }),
    withPath({ path: "/a//b", pathType: "ImplementationSpecific" }),
  ])
    assert.deepEqual(messagesOf(ingressKind, good), []);
});

test("ingress: what is refused", () => {
  const invalid = (field: string) => `FieldValueInvalid ${field}`;
  allRefused(ingressKind, [
    [{}, invalid("spec")],
    [ingress({ rules: [], tls: [{ hosts: ["*"] }] }), invalid("spec"), invalid("spec.tls[0].hosts[0]")],
    [ingress({ defaultBackend: {} }), invalid("spec.defaultBackend")],
    [ingress({ defaultBackend: backend, ingressClassName: "A" }), invalid("spec.ingressClassName")],
    [ingress({ rules: [{ host: "10.0.0.1" }] }), invalid("spec.rules[0].host")],
    [ingress({ rules: [{ host: "a.*.b" }] }), invalid("spec.rules[0].host")],
    [ingress({ rules: [{ host: "A_B" }] }), invalid("spec.rules[0].host")],
    [ingress({ rules: [{ http: {} }] }), "FieldValueRequired spec.rules[0].http.paths"],
    [withPath({ pathType: undefined }), `FieldValueRequired ${at}.pathType`],
    [withPath({ pathType: "Regex" }), `FieldValueNotSupported ${at}.pathType`],
    [withPath({ path: "web" }), invalid(`${at}.path`)],
    [withPath({ path: "" }), invalid(`${at}.path`)],
    [withPath({ path: "/a//b%2f/.." }), invalid(`${at}.path`), invalid(`${at}.path`), invalid(`${at}.path`)],
    [withPath({ path: "web", pathType: "ImplementationSpecific" }), invalid(`${at}.path`)],
    [withPath({ backend: undefined }), invalid(`${at}.backend`)],
    [withPath({ backend: { ...backend, resource: { kind: "A", name: "b" } } }), invalid(`${at}.backend`)],
    [
      withPath({ backend: { service: { port: { number: 1 } } } }),
      `FieldValueRequired ${at}.backend.service.name`,
    ],
    [
      withPath({ backend: { service: { name: "9web", port: { number: 1 } } } }),
      invalid(`${at}.backend.service.name`),
    ],
    [withPath({ backend: { service: { name: "web" } } }), `FieldValueRequired ${at}.backend`],
    [
      withPath({ backend: { service: { name: "web", port: { number: 1, name: "a" } } } }),
      invalid(`${at}.backend`),
    ],
    [
      withPath({ backend: { service: { name: "web", port: { number: 70_000 } } } }),
      invalid(`${at}.backend.service.port.number`),
    ],
    [
      withPath({ backend: { service: { name: "web", port: { name: "a_b" } } } }),
      invalid(`${at}.backend.service.port.name`),
    ],
    [
      withPath({ backend: { resource: { apiGroup: "A", kind: "", name: "a/b" } } }),
      invalid(`${at}.backend.resource.apiGroup`),
      `FieldValueRequired ${at}.backend.resource.kind`,
      invalid(`${at}.backend.resource.name`),
    ],
    [ingress({ defaultBackend: backend, tls: [{ secretName: "A" }] }), invalid("spec.tls[0].secretName")],
  ]);
  assert.deepEqual(messagesOf(ingressKind, {}), [
    "spec: Invalid value: null: either `defaultBackend` or `rules` must be specified",
  ]);
  assert.deepEqual(messagesOf(ingressKind, withPath({ pathType: "Regex" })), [
    `${at}.pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"`,
  ]);
});

test("ingress: the class is told once, or twice alike, when it is created", () => {
  const metadata = { annotations: { "kubernetes.io/ingress.class": "old" } };
  const object = { metadata, spec: { defaultBackend: backend, ingressClassName: "new" } };
  const said = ingressKind.validateCreate?.(created(ingressKind, object) as never) ?? [];
  assert.deepEqual(
    said.map(({ field }) => field),
    ["annotations.kubernetes.io/ingress.class"],
  );
  assert.deepEqual(causesOfUpdate(ingressKind, object, object), []);
});

test("ingress: its status holds addresses and names", () => {
  const status = (ingress: object) => ({
    ...created(ingressKind, {}),
    status: { loadBalancer: { ingress: [ingress] } },
  });
  const said = (ingress: object) =>
    (ingressKind.validateStatusUpdate?.(status(ingress) as never, status({}) as never) ?? [])
      .map(({ field }) => field)
      .filter((field) => field.startsWith("status"));
  assert.deepEqual(said({ ip: "10.0.0.1", hostname: "lb.example" }), []);
  assert.deepEqual(said({ ip: "10.0.0" }), ["status.loadBalancer.ingress[0].ip"]);
  assert.deepEqual(said({ hostname: "10.0.0.1" }), ["status.loadBalancer.ingress[0].hostname"]);
});

test("ingress: as kubectl prints it", () => {
  const rules = ["a", "b", "c", "d"].map((name) => ({ host: `${name}.example` }));
  const shown = cells(ingressKind, ingress({ rules, tls: [{}], ingressClassName: "nginx" }));
  assert.equal(shown["Hosts"], "a.example,b.example,c.example + 1 more...");
  assert.equal(shown["Ports"], "80, 443");
  assert.equal(shown["Class"], "nginx");
  assert.equal(shown["Address"], "");
  const plain = cells(ingressKind, ingress({ defaultBackend: backend }));
  assert.deepEqual([plain["Class"], plain["Hosts"], plain["Ports"]], ["<none>", "*", "80"]);
});

test("ingress class", () => {
  const of = (controller: unknown, parameters?: object) => ({ spec: { controller, parameters } });
  const good = of("example.com/web", { apiGroup: "k8s.example", kind: "P", name: "p" });
  assert.deepEqual(messagesOf(ingressClassKind, good), []);
  assert.deepEqual(
    messagesOf(ingressClassKind, of("a.b/c", { kind: "P", name: "p", scope: "Namespace", namespace: "n" })),
    [],
  );
  assert.equal(cells(ingressClassKind, good)["Parameters"], "P.k8s.example/p");
  assert.equal(cells(ingressClassKind, of("a.b/c"))["Parameters"], "<none>");
  const controller = "FieldValueInvalid spec.controller";
  const parameters = (more: object) => of("a.b/c", { kind: "P", name: "p", ...more });
  allRefused(ingressClassKind, [
    [{}, "FieldValueRequired spec.controller"],
    [of("web"), controller],
    [of("/web"), controller],
    [of("web/"), controller],
    [of("Web/a"), controller],
    [of("web/a b"), controller],
    [of(`web/${"a".repeat(250)}`), "FieldValueTooLong spec.controller"],
    [parameters({ kind: "" }), "FieldValueRequired spec.parameters.kind"],
    [parameters({ name: "a%b" }), "FieldValueInvalid spec.parameters.name"],
    [parameters({ apiGroup: "A" }), "FieldValueInvalid spec.parameters.apiGroup"],
    [parameters({ scope: "Board" }), "FieldValueNotSupported spec.parameters.scope"],
    [parameters({ scope: "Namespace" }), "FieldValueRequired spec.parameters.namespace"],
    [parameters({ scope: "Namespace", namespace: "A" }), "FieldValueInvalid spec.parameters.namespace"],
    [parameters({ namespace: "a" }), "FieldValueForbidden spec.parameters.namespace"],
  ]);
  assert.deepEqual(causesOfUpdate(ingressClassKind, of("a.b/d"), of("a.b/c")), [controller]);
});

test("network policy", () => {
  const of = (spec: object) => ({ spec: { podSelector: {}, ...spec } });
  const port = (one: object) => of({ ingress: [{ ports: [one] }] });
  const peer = (one: object) => of({ egress: [{ to: [one] }] });
  const full = of({
    podSelector: { matchLabels: { app: "web" } },
    ingress: [
      {
        ports: [
          { port: 80, endPort: 90 },
          { port: "http", protocol: "UDP" },
        ],
        from: [{ podSelector: {}, namespaceSelector: {} }],
      },
    ],
    egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }] }],
  });
  assert.deepEqual(messagesOf(networkPolicyKind, full), []);
  assert.deepEqual(messagesOf(networkPolicyKind, {}), []);
  assert.equal(cells(networkPolicyKind, full)["Pod-Selector"], "app=web");
  assert.equal(cells(networkPolicyKind, {})["Pod-Selector"], "<none>");
  const { spec } = created(networkPolicyKind, full) as unknown as {
    spec: { policyTypes: unknown; ingress: { ports: unknown[] }[] };
  };
  assert.deepEqual(spec.policyTypes, ["Ingress", "Egress"]);
  assert.deepEqual(spec.ingress[0]?.ports[0], { protocol: "TCP", port: 80, endPort: 90 });
  const portField = "spec.ingress[0].ports[0]";
  const peerField = "spec.egress[0].to[0]";
  allRefused(networkPolicyKind, [
    [of({ podSelector: { matchLabels: { "a b": "c" } } }), "FieldValueInvalid spec.podSelector.matchLabels"],
    [of({ policyTypes: ["Both"] }), "FieldValueNotSupported spec.policyTypes[0]"],
    [of({ policyTypes: ["Ingress", "Egress", "Ingress"] }), "FieldValueInvalid spec.policyTypes"],
    [port({ protocol: "ICMP" }), `FieldValueNotSupported ${portField}.protocol`],
    [port({ port: 0 }), `FieldValueInvalid ${portField}.port`],
    [port({ port: "a_b" }), `FieldValueInvalid ${portField}.port`],
    [port({ endPort: 9 }), `FieldValueInvalid ${portField}.endPort`],
    [port({ port: "http", endPort: 9 }), `FieldValueInvalid ${portField}.endPort`],
    [port({ port: 80, endPort: 79 }), `FieldValueInvalid ${portField}.endPort`],
    [port({ port: 80, endPort: 70_000 }), `FieldValueInvalid ${portField}.endPort`],
    [peer({}), `FieldValueRequired ${peerField}`],
    [peer({ podSelector: {}, ipBlock: { cidr: "10.0.0.0/8" } }), `FieldValueForbidden ${peerField}`],
    [
      peer({ namespaceSelector: { matchExpressions: [{ key: "a", operator: "In" }] } }),
      `FieldValueRequired ${peerField}.namespaceSelector.matchExpressions[0].values`,
    ],
    [peer({ ipBlock: {} }), `FieldValueRequired ${peerField}.ipBlock.cidr`],
    [peer({ ipBlock: { cidr: "10.0.0.0" } }), `FieldValueInvalid ${peerField}.ipBlock.cidr`],
    [
      peer({ ipBlock: { cidr: "10.0.0.0/8", except: ["a"] } }),
      `FieldValueInvalid ${peerField}.ipBlock.except[0]`,
    ],
    [
      peer({ ipBlock: { cidr: "10.0.0.0/8", except: ["10.0.0.0/8"] } }),
      `FieldValueInvalid ${peerField}.ipBlock.except[0]`,
    ],
    [
      peer({ ipBlock: { cidr: "10.0.0.0/8", except: ["11.0.0.0/16"] } }),
      `FieldValueInvalid ${peerField}.ipBlock.except[0]`,
    ],
  ]);
});

test("ip address: named by itself, of somebody", () => {
  const metadata = { name: "10.96.0.1" };
  const of = (parentRef: object, name = "10.96.0.1") => ({ metadata: { name }, spec: { parentRef } });
  const service = { resource: "services", namespace: "default", name: "kubernetes" };
  assert.deepEqual(messagesOf(ipAddressKind, of(service)), []);
  assert.deepEqual(messagesOf(ipAddressKind, of(service, "2001:db8::1")), []);
  assert.equal(cells(ipAddressKind, of(service))["ParentRef"], "services/default/kubernetes");
  assert.equal(
    cells(ipAddressKind, of({ group: "gateway.example", resource: "gateways", name: "a" }))["ParentRef"],
    "gateways.gateway.example/a",
  );
  const field = "spec.parentRef";
  allRefused(ipAddressKind, [
    [{ metadata }, `FieldValueRequired ${field}`],
    [{ metadata, spec: {} }, `FieldValueRequired ${field}`],
    [of(service, "web"), "FieldValueInvalid metadata.name"],
    [of(service, "010.96.0.1"), "FieldValueInvalid metadata.name"],
    [of(service, "2001:DB8::1"), "FieldValueInvalid metadata.name"],
    [of({ ...service, group: "A" }), `FieldValueInvalid ${field}.group`],
    [of({ name: "a" }), `FieldValueRequired ${field}.resource`],
    [of({ resource: "services" }), `FieldValueRequired ${field}.name`],
    [of({ ...service, resource: "a/b" }), `FieldValueInvalid ${field}.resource`],
    [of({ ...service, name: ".." }), `FieldValueInvalid ${field}.name`],
    [of({ ...service, namespace: "a%" }), `FieldValueInvalid ${field}.namespace`],
  ]);
  assert.deepEqual(causesOfUpdate(ipAddressKind, of({ ...service, name: "b" }), of(service)), [
    `FieldValueInvalid ${field}`,
  ]);
});

test("service cidr: ranges of both families, that stay", () => {
  const of = (...cidrs: readonly string[]) => ({ spec: { cidrs } });
  assert.deepEqual(messagesOf(serviceCidrKind, of("10.96.0.0/16", "2001:db8::/108")), []);
  assert.equal(cells(serviceCidrKind, of("10.96.0.0/16", "fd00::/112"))["CIDRs"], "10.96.0.0/16,fd00::/112");
  const [all, first, second] = ["spec.cidrs", "spec.cidrs[0]", "spec.cidrs[1]"];
  allRefused(serviceCidrKind, [
    [{}, `FieldValueRequired ${all}`],
    [{ spec: {} }, `FieldValueRequired ${all}`],
    [of(), `FieldValueRequired ${all}`],
    [of("10.0.0.0/16", "10.1.0.0/16", "fd00::/64"), `FieldValueInvalid ${all}`],
    [of("10.0.0.0"), `FieldValueInvalid ${first}`],
    [of("10.0.0.1/16"), `FieldValueInvalid ${first}`],
    [of("010.0.0.0/16"), `FieldValueInvalid ${first}`],
    [of("10.0.0.0/16", "FD00::/64"), `FieldValueInvalid ${second}`],
    [of("10.0.0.0/16", "10.1.0.0/16"), `FieldValueInvalid ${all}`],
    [of("fd00::/64", "fd01::/64"), `FieldValueInvalid ${all}`],
    [of("10.0.0.0/16", "web"), `FieldValueInvalid ${second}`],
  ]);
  const changed = (next: object, previous: object) => causesOfUpdate(serviceCidrKind, next, previous);
  assert.deepEqual(changed(of("10.0.0.0/16", "fd00::/64"), of("10.0.0.0/16")), []);
  assert.deepEqual(changed(of("10.1.0.0/16"), of("10.0.0.0/16")), [`FieldValueInvalid ${first}`]);
  assert.deepEqual(changed(of("10.1.0.0/16", "fd00::/64"), of("10.0.0.0/16")), [
    `FieldValueInvalid ${first}`,
  ]);
  assert.deepEqual(changed(of("10.0.0.0/16"), of("10.0.0.0/16", "fd00::/64")), [`FieldValueInvalid ${all}`]);
});

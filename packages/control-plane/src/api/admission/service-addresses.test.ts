import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import { parseRange } from "../../kinds/addresses.ts";
import { anApi, type Answer, type World } from "../testing/world.ts";
import { addressAt, freeIn, isUsable, nodePorts, spanOf } from "./address-range.ts";

interface Spec {
  readonly clusterIP?: string;
  readonly clusterIPs?: readonly string[];
  readonly ports?: readonly { readonly nodePort?: number }[];
  readonly healthCheckNodePort?: number;
}

const services = "/api/v1/namespaces/default/services";
const addresses = "/apis/networking.k8s.io/v1/ipaddresses";
const aService = (name: string, spec: object = {}) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
});
const specIn = ({ json }: Answer) => json.spec as unknown as Spec;
const create = ({ ask }: World, name: string, spec: object = {}, query = "") =>
  ask("POST", `${services}${query}`, { body: aService(name, spec) });
const namesOf = async ({ ask }: World) =>
  (await ask("GET", addresses)).json.items.map(({ metadata }) => metadata.name);
const range = parseRange("10.96.0.0/16") ?? assert.fail();

test("a service gets an address, and an IPAddress says that it has it", async () => {
  const world = await anApi();
  const { clusterIP = "", clusterIPs } = specIn(await create(world, "web"));
  assert.match(clusterIP, /^10\.96\./);
  assert.deepEqual(clusterIPs, [clusterIP]);
  const { json } = await world.ask("GET", `${addresses}/${clusterIP}`);
  assert.deepEqual(json.metadata.labels, {
    "ipaddress.kubernetes.io/ip-family": "IPv4",
    "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
  });
  assert.deepEqual((json.spec as object as { parentRef: object }).parentRef, {
    group: "",
    resource: "services",
    namespace: "default",
    name: "web",
  });
});

test("headless services and names of elsewhere get none", async () => {
  const world = await anApi();
  assert.deepEqual(specIn(await create(world, "headless", { clusterIP: "None" })).clusterIPs, ["None"]);
  const elsewhere = { type: "ExternalName", externalName: "example.com" };
  assert.equal(specIn(await create(world, "elsewhere", elsewhere)).clusterIP, undefined);
  assert.deepEqual(await namesOf(world), []);
});

test("chosen addresses are checked", async () => {
  const world = await anApi();
  const chosen = { clusterIP: "10.96.0.10" };
  assert.equal((await create(world, "dns", chosen)).status, 201);
  const taken = await create(world, "other", chosen);
  assert.equal(
    `${taken.status} ${taken.json.message}`,
    '422 Service "other" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
  );
  const foreign = await create(world, "other", { clusterIP: "10.0.0.5" });
  assert.match(
    foreign.json.message,
    /failed to allocate IP 10\.0\.0\.5: the provided IP \(10\.0\.0\.5\) is not in the valid range\. The range of valid IPs is 10\.96\.0\.0\/16$/,
  );
  const dual = await create(world, "other", { ipFamilyPolicy: "RequireDualStack" });
  assert.match(
    dual.json.message,
    /spec\.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not/,
  );
});

test("a deleted service gives its address back at once; a refused one keeps none", async () => {
  const world = await anApi();
  await create(world, "web", { clusterIP: "10.96.0.10" });
  const twice = await create(world, "web", { clusterIP: "10.96.0.11" });
  assert.equal(twice.status, 409);
  const wrong = await create(world, "bad", { clusterIP: "10.96.0.12", sessionAffinity: "Sometimes" });
  assert.equal(wrong.status, 422);
  assert.deepEqual(await namesOf(world), ["10.96.0.10"]);
  await world.ask("DELETE", `${services}/web`);
  assert.deepEqual(await namesOf(world), []);
  assert.equal((await create(world, "next", { clusterIP: "10.96.0.10" })).status, 201);
});

test("a dry run chooses and takes nothing", async () => {
  const world = await anApi();
  const dry = await create(world, "web", { type: "NodePort" }, "?dryRun=All");
  assert.match(specIn(dry).clusterIP ?? "", /^10\.96\./);
  assert.notEqual(specIn(dry).ports?.[0]?.nodePort, undefined);
  assert.deepEqual(await namesOf(world), []);
});

test("INVARIANT: a hundred services that are made at once get a hundred addresses and a hundred ports", async () => {
  const world = await anApi();
  const made = await Promise.all(
    Array.from({ length: 100 }, (_, i) => create(world, `web-${i}`, { type: "NodePort" })),
  );
  assert.equal(new Set(made.map((answer) => specIn(answer).clusterIP)).size, 100);
  assert.equal(new Set(made.map((answer) => specIn(answer).ports?.[0]?.nodePort)).size, 100);
  assert.equal((await namesOf(world)).length, 100);
});

test("INVARIANT: of many who choose the same address or port one gets it", async () => {
  const world = await anApi();
  const codes = async (spec: object, prefix: string) => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => create(world, `${prefix}-${i}`, spec)),
    );
    return answers.filter(({ status }) => status === 201).length;
  };
  assert.equal(await codes({ clusterIP: "10.96.0.10" }, "address"), 1);
  assert.equal(await codes({ type: "NodePort", ports: [{ port: 80, nodePort: 30_080 }] }, "port"), 1);
});

test("ports of boards: chosen, checked, shared by protocols of one port, and kept", async () => {
  const world = await anApi();
  const ports = [
    { name: "tcp", port: 53, protocol: "TCP" },
    { name: "udp", port: 53, protocol: "UDP" },
  ];
  const dns = specIn(await create(world, "dns", { type: "NodePort", ports }));
  const [tcp = 0, udp] = (dns.ports ?? []).map(({ nodePort }) => nodePort);
  assert.ok(tcp >= 30_000 && tcp <= 32_767);
  assert.equal(tcp, udp);
  const at = (nodePort: number) => ({ type: "NodePort", ports: [{ port: 80, nodePort }] });
  const taken = await create(world, "other", at(tcp));
  assert.match(
    taken.json.message,
    new RegExp(`spec\\.ports\\[0\\]\\.nodePort: Invalid value: ${tcp}: provided port is already allocated$`),
  );
  const low = await create(world, "other", at(80));
  assert.match(
    low.json.message,
    /provided port is not in the valid range\. The range of valid ports is 30000-32767$/,
  );
  // As kubectl apply does: without what the server chose.
  const patched = await world.ask("PATCH", `${services}/dns`, {
    body: { spec: { ports } },
    contentType: "application/merge-patch+json",
  });
  assert.deepEqual(
    (specIn(patched).ports ?? []).map(({ nodePort }) => nodePort),
    [tcp, tcp],
  );
});

test("a service that changes its type gets and gives back what the types need", async () => {
  const world = await anApi();
  const change = async (spec: object) =>
    specIn(
      await world.ask("PATCH", `${services}/web`, {
        body: { spec },
        contentType: "application/merge-patch+json",
      }),
    );
  const first = specIn(await create(world, "web"));
  const balanced = await change({ type: "LoadBalancer", externalTrafficPolicy: "Local" });
  assert.equal(balanced.clusterIP, first.clusterIP);
  assert.equal(new Set([balanced.ports?.[0]?.nodePort, balanced.healthCheckNodePort, undefined]).size, 3);
  const inner = await change({ type: "ClusterIP", externalTrafficPolicy: null });
  assert.deepEqual([inner.clusterIP, inner.ports?.[0]?.nodePort], [first.clusterIP, undefined]);
  const name = await change({ type: "ExternalName", externalName: "example.com" });
  assert.equal(name.clusterIP, undefined);
  assert.deepEqual(await namesOf(world), []);
});

test("who leaves out the address when writing back keeps it", async () => {
  const world = await anApi();
  const first = await create(world, "web");
  const put = await world.ask("PUT", `${services}/web`, {
    body: aService("web", { selector: { app: "web" } }),
  });
  assert.equal(specIn(put).clusterIP, specIn(first).clusterIP);
});

test("the low band of a range is chosen last, and a full range says so", () => {
  const random = seededRandom(1);
  const span = spanOf(range);
  assert.deepEqual([span.count, span.staticCount], [65_534, 256]);
  assert.equal(nodePorts.staticCount, 86);
  const small = spanOf(parseRange("10.0.0.0/27") ?? assert.fail());
  const taken = new Set<number>();
  for (let i = 0; i < 30; i += 1) {
    const next = freeIn(small, (number) => taken.has(number), random) ?? assert.fail();
    assert.equal(next > small.staticCount, i < 30 - small.staticCount);
    taken.add(next);
  }
  assert.equal(
    freeIn(small, (number) => taken.has(number), random),
    undefined,
  );
  assert.deepEqual([addressAt(range, 1), isUsable(range, "10.96.255.255")], ["10.96.0.1", false]);
});

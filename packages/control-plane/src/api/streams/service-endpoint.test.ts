import assert from "node:assert/strict";
import { test } from "node:test";
import type { Endpoints, Service } from "@kubus/shared/api/core.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { proxyNameOf } from "./proxy-name.ts";
import { endpointOf } from "./service-endpoint.ts";

const aPod = (name: string, ip: string, isReady = true): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name,
    namespace: "default",
    uid: name,
    creationTimestamp: "",
    resourceVersion: "1",
    labels: { app: "web" },
  },
  spec: {
    nodeName: "board-1",
    containers: [{ name: "main", image: "x", ports: [{ name: "web", containerPort: 80 }] }],
  },
  status: { podIP: ip, conditions: [{ type: "Ready", status: isReady ? "True" : "False" }] },
});
const service: Service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "default", uid: "s", creationTimestamp: "", resourceVersion: "1" },
  spec: {
    selector: { app: "web" },
    ports: [
      { name: "http", port: 8080, targetPort: "web" },
      { name: "admin", port: 9090 },
    ],
  },
};
const pods = [aPod("one", "10.0.0.1"), aPod("two", "10.0.0.2"), aPod("ill", "10.0.0.3", false)];
const chosen = (name: string, chance: number, endpoints?: Endpoints) => {
  const { pod, port } = endpointOf({ service, endpoints, pods }, proxyNameOf(name, "service"), chance);
  return `${pod.metadata.name}:${port}`;
};

test("leads to a ready pod of the selector, at the port that the service means", () => {
  assert.deepEqual(
    [chosen("web:8080", 0), chosen("web:http", 0.99), chosen("http:web:admin", 0)],
    ["one:80", "two:80", "one:9090"],
  );
});

test("leads to an endpoint that is a pod, when endpoints are kept", () => {
  const ref = (name: string) => ({ kind: "Pod", name });
  const endpoints: Endpoints = {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { name: "web", namespace: "default", uid: "e", creationTimestamp: "", resourceVersion: "1" },
    subsets: [
      {
        addresses: [
          { ip: "10.0.0.2", targetRef: ref("two") },
          { ip: "10.0.0.9", targetRef: ref("one") },
          { ip: "1.1.1.1" },
        ],
        ports: [{ name: "http", port: 81 }],
      },
    ],
  };
  for (const chance of [0, 0.5, 0.99]) assert.equal(chosen("web:http", chance, endpoints), "two:81");
  assert.throws(() => chosen("web:admin", 0, endpoints), /no endpoints available for service "web"/);
});

test("says what there is not", () => {
  assert.throws(() => chosen("web:81", 0), /no service port 81 found for service "web"/);
  assert.throws(() => chosen("web:other", 0), /no endpoints available for service "web"/);
  for (const name of ["", ":80", "ftp:web:80", "a:b:c:d"])
    assert.throws(() => proxyNameOf(name, "service"), /invalid service request/);
});

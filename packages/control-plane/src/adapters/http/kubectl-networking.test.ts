/** Real kubectl with the kinds of networking, storage, discovery, events and the aggregator. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { anHttpsApi, kubectl, type HttpsWorld } from "./testing/https-world.ts";

const skip = kubectl === undefined ? "there is no kubectl on this machine" : false;

/** Runs words that must succeed; the standard output. */
async function ok({ run }: Pick<HttpsWorld, "run">, line: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await run(line.split(" "), input);
  assert.equal(code, 0, `kubectl ${line}: ${stderr}`);
  return stdout;
}

async function refused({ run }: Pick<HttpsWorld, "run">, line: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await run(line.split(" "), input);
  assert.notEqual(code, 0, `kubectl ${line} should fail, but said: ${stdout}`);
  return stderr;
}

const manifests = `
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  ingressClassName: nginx
  tls: [{hosts: [web.example], secretName: cert}]
  rules:
  - host: web.example
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}
---
apiVersion: networking.k8s.io/v1
kind: IPAddress
metadata: {name: 10.96.0.9}
spec: {parentRef: {resource: services, namespace: default, name: web}}
---
apiVersion: networking.k8s.io/v1
kind: ServiceCIDR
metadata: {name: more}
spec: {cidrs: [10.97.0.0/16]}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: kubus.io/local-path
---
apiVersion: storage.k8s.io/v1
kind: CSIDriver
metadata: {name: csi.example}
spec: {attachRequired: false}
---
apiVersion: storage.k8s.io/v1
kind: CSINode
metadata: {name: board-1}
spec: {drivers: [{name: csi.example, nodeID: "1"}]}
---
apiVersion: storage.k8s.io/v1
kind: CSIStorageCapacity
metadata: {name: left}
storageClassName: fast
capacity: 10Gi
---
apiVersion: storage.k8s.io/v1
kind: VolumeAttachment
metadata: {name: a}
spec: {attacher: csi.example, nodeName: board-1, source: {persistentVolumeName: data}}
---
apiVersion: storage.k8s.io/v1
kind: VolumeAttributesClass
metadata: {name: gold}
driverName: csi.example
parameters: {iops: "100"}
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: process}
handler: process
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-1, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
endpoints: [{addresses: [10.0.0.1], conditions: {ready: true}}]
ports: [{name: "", port: 8080, protocol: TCP}]
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.mine.example}
spec: {group: mine.example, version: v1, groupPriorityMinimum: 1000, versionPriority: 15}
---
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: held}
spec: {holderIdentity: me, leaseDurationSeconds: 15}
---
apiVersion: events.k8s.io/v1
kind: Event
metadata: {name: web.1}
eventTime: "2026-01-01T00:00:00.000000Z"
reportingController: example.com/watcher
reportingInstance: watcher-1
action: Looking
reason: Seen
type: Normal
note: It was seen.
regarding: {apiVersion: v1, kind: Pod, namespace: default, name: web}
`;

/** What kubectl get prints of one object, without its age. */
const rows: readonly (readonly [resource: string, row: RegExp])[] = [
  ["ingressclass", /^nginx +k8s\.io\/ingress-nginx +<none> /],
  ["ing", /^web +nginx +web\.example +80, 443 /],
  ["netpol", /^closed +app=web /],
  ["ipaddress", /^10\.96\.0\.9 +services\/default\/web /],
  ["servicecidr", /^more +10\.97\.0\.0\/16 /],
  ["sc", /^fast \(default\) +kubus\.io\/local-path +Delete +Immediate +false /],
  ["csidriver", /^csi\.example +false +false +false +<unset> +false +Persistent /],
  ["csinode", /^board-1 +1 /],
  ["csistoragecapacity", /^left +fast +10Gi/],
  ["volumeattachment", /^a +csi\.example +data +board-1 +false /],
  ["vac", /^gold +csi\.example /],
  ["runtimeclass", /^process +process /],
  ["endpointslice", /^web-1 +IPv4 +8080 +10\.0\.0\.1 /],
  ["apiservice", /^v1\.mine\.example +Local +Unknown /],
  ["lease", /^held +me /],
  ["events.events.k8s.io", /^\S+ +Normal +Seen +pod\/web +It was seen\./],
  ["events", /^\S+ +Normal +Seen +pod\/web +It was seen\./],
];

test("kubectl makes, lists and applies all of them again", { skip }, async (t) => {
  const world = await anHttpsApi(t);
  const created = await ok(world, "create -f -", manifests);
  assert.equal(created.trim().split("\n").length, manifests.split("---").length, created);
  for (const [resource, row] of rows)
    assert.match(await ok(world, `get ${resource} --no-headers`), row, resource);
  for (const line of (await ok(world, "apply -f -", manifests)).trim().split("\n"))
    assert.match(line, / (configured|unchanged)$/);
  for (const line of (await ok(world, "apply -f -", manifests)).trim().split("\n"))
    assert.match(line, / unchanged$/);
  await ok(world, "delete -f -", manifests);
});

test("kubectl describes and explains them, and makes ingresses by itself", { skip }, async (t) => {
  const world = await anHttpsApi(t);
  await ok(world, "create ingress shop --class=nginx --rule=shop.example/*=web:80,tls=cert");
  assert.match(await ok(world, "describe ingress shop"), /shop\.example +\n? *\/ +web:80/);
  await ok(world, "create -f -", manifests);
  assert.match(await ok(world, "describe storageclass fast"), /IsDefaultClass: +Yes/);
  assert.match(await ok(world, "describe networkpolicy closed"), /PodSelector: +app=web/);
  assert.match(await ok(world, "describe endpointslice web-1"), /Addresses: +10\.0\.0\.1/);
  assert.match(await ok(world, "describe apiservice v1.mine.example"), /Group Priority Minimum: +1000/);
  assert.match(
    await ok(world, "explain apiservice.spec.groupPriorityMinimum"),
    /groupPriorityMinimum <integer>/,
  );
  assert.match(await ok(world, "explain ingress.spec.rules.http.paths.pathType"), /pathType <string>/);
  assert.match(await ok(world, "events --for=pod/web"), /It was seen\./);
});

test("kubectl is told what is wrong", { skip }, async (t) => {
  const world = await anHttpsApi(t);
  await ok(world, "create -f -", manifests);
  assert.match(
    await refused(world, `patch sc fast --type=merge -p {"provisioner":"other"}`),
    /provisioner: Forbidden: updates to provisioner are forbidden\./,
  );
  assert.match(
    await refused(world, `patch ingress web --type=merge -p {"spec":{"rules":[{"host":"10.0.0.1"}]}}`),
    /spec\.rules\[0\]\.host: Invalid value: "10\.0\.0\.1": must be a DNS name, not an IP address/,
  );
  const service = `{"spec":{"service":{"namespace":"default","name":"server"}}}`;
  assert.match(
    await refused(world, `patch apiservice v1.mine.example --type=merge -p ${service}`),
    /aggregated API servers are not supported/,
  );
});

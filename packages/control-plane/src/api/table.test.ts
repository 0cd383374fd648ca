import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import {
  deploymentKind,
  eventKind,
  kinds,
  nodeKind,
  podKind,
  secretKind,
  serviceKind,
} from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";
import { aDeployment, aPod, metadata } from "../kinds/testing/objects.ts";
import { tableOf } from "./table.ts";

const now = Date.parse("2026-01-01T00:01:00Z");

/** Column names in upper case with their cells, as kubectl -o wide shows them. */
function wide<T extends KubeObject>(kind: Kind<T>, object: object): Record<string, unknown> {
  const { columnDefinitions, rows } = tableOf(kind, [{ metadata, ...object } as KubeObject], {
    includeObject: "None",
    now,
  });
  return Object.fromEntries(columnDefinitions.map(({ name }, i) => [name.toUpperCase(), rows[0]?.cells[i]]));
}

test("prints columns as kubectl knows them", () => {
  const headers = kinds.map(({ kind, columns }) => {
    const names = columns.map(({ name, priority }) => (priority === 1 ? `+${name}` : name));
    return `${kind}: ${names.join(", ")}`;
  });
  assert.deepEqual(headers, [
    "ConfigMap: Name, Data, Age",
    "Endpoints: Name, Endpoints, Age",
    "Event: Last Seen, Type, Reason, Object, +Subobject, +Source, Message, +First Seen, +Count, +Name",
    "LimitRange: Name, Created At",
    "Namespace: Name, Status, Age",
    "Node: Name, Status, Roles, Age, Version, +Internal-IP, +External-IP, +OS-Image, +Kernel-Version, +Container-Runtime",
    "PersistentVolumeClaim: Name, Status, Volume, Capacity, Access Modes, StorageClass, VolumeAttributesClass, Age, +VolumeMode",
    "PersistentVolume: Name, Capacity, Access Modes, Reclaim Policy, Status, Claim, StorageClass, VolumeAttributesClass, Reason, Age, +VolumeMode",
    "Pod: Name, Ready, Status, Restarts, Age, +IP, +Node, +Nominated Node, +Readiness Gates",
    "PodTemplate: Name, Containers, Images, Pod Labels",
    "ReplicationController: Name, Desired, Current, Ready, Age, +Containers, +Images, +Selector",
    "ResourceQuota: Name, Request, Limit, Age",
    "Secret: Name, Type, Data, Age",
    "ServiceAccount: Name, Secrets, Age",
    "Service: Name, Type, Cluster-IP, External-IP, Port(s), Age, +Selector",
    "APIService: Name, Service, Available, Age",
    "ControllerRevision: Name, Controller, Revision, Age",
    "DaemonSet: Name, Desired, Current, Ready, Up-to-date, Available, Node Selector, Age, +Containers, +Images, +Selector",
    "Deployment: Name, Ready, Up-to-date, Available, Age, +Containers, +Images, +Selector",
    "ReplicaSet: Name, Desired, Current, Ready, Age, +Containers, +Images, +Selector",
    "StatefulSet: Name, Ready, Age, +Containers, +Images",
    "HorizontalPodAutoscaler: Name, Reference, Targets, MinPods, MaxPods, Replicas, Age",
    "CronJob: Name, Schedule, Timezone, Suspend, Active, Last Schedule, Age, +Containers, +Images, +Selector",
    "Job: Name, Status, Completions, Duration, Age, +Containers, +Images, +Selector",
    "CertificateSigningRequest: Name, Age, SignerName, Requestor, RequestedDuration, Condition",
    "IngressClass: Name, Controller, Parameters, Age",
    "Ingress: Name, Class, Hosts, Address, Ports, Age",
    "IPAddress: Name, ParentRef, Age",
    "NetworkPolicy: Name, Pod-Selector, Age",
    "ServiceCIDR: Name, CIDRs, Age",
    "PodDisruptionBudget: Name, Min Available, Max Unavailable, Allowed Disruptions, Age",
    "ClusterRole: Name, Created At",
    "ClusterRoleBinding: Name, Role, Age, +Users, +Groups, +ServiceAccounts",
    "Role: Name, Created At",
    "RoleBinding: Name, Role, Age, +Users, +Groups, +ServiceAccounts",
    "CSIDriver: Name, AttachRequired, PodInfoOnMount, StorageCapacity, TokenRequests, RequiresRepublish, Modes, Age",
    "CSINode: Name, Drivers, Age",
    "CSIStorageCapacity: Name, StorageClassName, Capacity",
    "StorageClass: Name, Provisioner, ReclaimPolicy, VolumeBindingMode, AllowVolumeExpansion, Age",
    "VolumeAttachment: Name, Attacher, PV, Node, Attached, Age",
    "VolumeAttributesClass: Name, DriverName, Age",
    "MutatingWebhookConfiguration: Name, Webhooks, Age",
    "ValidatingAdmissionPolicy: Name, Validations, ParamKind, Age",
    "ValidatingAdmissionPolicyBinding: Name, PolicyName, ParamRef, Age",
    "ValidatingWebhookConfiguration: Name, Webhooks, Age",
    "CustomResourceDefinition: Name, Created At",
    "PriorityClass: Name, Value, Global-Default, Age, PreemptionPolicy",
    "Lease: Name, Holder, Age",
    "RuntimeClass: Name, Handler, Age",
    "EndpointSlice: Name, AddressType, Ports, Endpoints, Age",
  ]);
});

test("carries as much of the object as was asked for", () => {
  const rowWith = (includeObject: "None" | "Metadata" | "Object") =>
    tableOf(podKind, [aPod()], { includeObject, now }).rows[0];
  assert.equal(rowWith("None")?.object, undefined);
  assert.deepEqual(rowWith("Metadata")?.object, {
    kind: "PartialObjectMetadata",
    apiVersion: "meta.k8s.io/v1",
    metadata,
  });
  assert.deepEqual(rowWith("Object")?.object, aPod());
});

test("marks pods that are through", () => {
  const [row] = tableOf(podKind, [aPod({}, { phase: "Failed" })], { includeObject: "None", now }).rows;
  assert.deepEqual(row?.conditions, [{ type: "Completed", status: "True", reason: "Failed" }]);
  assert.equal(tableOf(podKind, [aPod()], { includeObject: "None", now }).rows[0]?.conditions, undefined);
});

test("prints a deployment", () => {
  const status = { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1 };
  assert.deepEqual(wide(deploymentKind, { ...aDeployment({ replicas: 3 }), status }), {
    NAME: "web",
    READY: "2/3",
    "UP-TO-DATE": 3,
    AVAILABLE: 1,
    AGE: "60s",
    CONTAINERS: "main",
    IMAGES: "host/python3",
    SELECTOR: "app=web",
  });
});

test("prints a node", () => {
  const node = {
    metadata: {
      ...metadata,
      labels: { "node-role.kubernetes.io/control-plane": "", "kubernetes.io/role": "edge" },
    },
    spec: { unschedulable: true },
    status: {
      conditions: [{ type: "Ready", status: "Unknown" }],
      addresses: [{ type: "InternalIP", address: "10.0.0.2" }],
      nodeInfo: { kubeletVersion: "v1.33.0", osImage: "Debian" },
    },
  };
  const cells = wide(nodeKind, node);
  assert.equal(cells["STATUS"], "NotReady,SchedulingDisabled");
  assert.equal(cells["ROLES"], "control-plane,edge");
  assert.equal(cells["VERSION"], "v1.33.0");
  assert.equal(cells["INTERNAL-IP"], "10.0.0.2");
  assert.equal(cells["EXTERNAL-IP"], "<none>");
  assert.equal(cells["KERNEL-VERSION"], "<unknown>");
  assert.equal(wide(nodeKind, { spec: {} })["STATUS"], "Unknown");
});

test("prints a service", () => {
  const ports = [
    { port: 80, nodePort: 30_080 },
    { port: 53, protocol: "UDP" },
  ];
  const cells = wide(serviceKind, {
    spec: { type: "LoadBalancer", clusterIPs: ["10.96.0.9"], ports, selector: { app: "web" } },
  });
  assert.equal(cells["PORT(S)"], "80:30080/TCP,53/UDP");
  assert.equal(cells["EXTERNAL-IP"], "<pending>");
  assert.equal(cells["CLUSTER-IP"], "10.96.0.9");
  assert.equal(cells["SELECTOR"], "app=web");
  assert.equal(
    wide(serviceKind, { spec: { type: "ExternalName", externalName: "a.b" } })["EXTERNAL-IP"],
    "a.b",
  );
});

test("prints an event and a secret", () => {
  const cells = wide(eventKind, {
    involvedObject: { kind: "Pod", name: "web" },
    type: "Warning",
    message: " gone \n",
    lastTimestamp: "2026-01-01T00:00:30Z",
    firstTimestamp: null,
    count: 3,
    source: { component: "scheduler" },
  });
  assert.equal(cells["LAST SEEN"], "30s");
  assert.equal(cells["OBJECT"], "pod/web");
  assert.equal(cells["MESSAGE"], "gone");
  assert.equal(cells["FIRST SEEN"], "<unknown>");
  assert.equal(cells["COUNT"], 3);
  assert.equal(cells["SOURCE"], "scheduler");
  assert.equal(wide(secretKind, { type: "Opaque", data: { a: "", b: "" } })["DATA"], 2);
});

/** What boards and the parts of a cluster are given that run beside the control plane. */
import { account, events, on, reads, user } from "./rule.ts";
import type { DefaultRole } from "./role.ts";

const signing = "certificates.k8s.io";
const requests = "certificatesigningrequests";

const approver = (name: string, signer: string): DefaultRole => ({
  name: `system:certificates.k8s.io:${name}-approver`,
  rules: [on(signing, "signers", "approve", signer)],
});

const signerRoles: readonly DefaultRole[] = [
  approver("kube-apiserver-client", "kubernetes.io/kube-apiserver-client"),
  approver("kube-apiserver-client-kubelet", "kubernetes.io/kube-apiserver-client-kubelet"),
  approver("kubelet-serving", "kubernetes.io/kubelet-serving"),
  approver("legacy-unknown", "kubernetes.io/legacy-unknown"),
  {
    name: "system:certificates.k8s.io:certificatesigningrequests:nodeclient",
    rules: [on(signing, `${requests}/nodeclient`, "create")],
  },
  {
    name: "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
    rules: [on(signing, `${requests}/selfnodeclient`, "create")],
  },
];

const nodeRoles: readonly DefaultRole[] = [
  {
    // Boards have what the Node authorizer grants; this says it as rules, for whoever must bind it.
    name: "system:node",
    rules: [
      on("authentication.k8s.io", "tokenreviews", "create"),
      on("authorization.k8s.io", "localsubjectaccessreviews subjectaccessreviews", "create"),
      on("core", "services", reads),
      on("core", "nodes", `create ${reads}`),
      on("core", "nodes/status", "patch update"),
      on("core", "nodes", "patch update"),
      on("core", "pods", reads),
      on("core", "pods", "create delete"),
      on("core", "pods/status", "patch update"),
      on("core", "pods/eviction", "create"),
      on("core", "configmaps secrets", reads),
      on("core", "persistentvolumeclaims persistentvolumes", "get"),
      on("core", "persistentvolumeclaims/status", "get patch update"),
      on("core", "serviceaccounts/token", "create"),
      on("core", "serviceaccounts", "get"),
      events,
      on(signing, requests, `create ${reads}`),
      on("coordination.k8s.io", "leases", "create delete get patch update"),
      on("storage.k8s.io", "volumeattachments", "get"),
      on("storage.k8s.io", "csidrivers", reads),
      on("storage.k8s.io", "csinodes", "create delete get patch update"),
      on("node.k8s.io", "runtimeclasses", reads),
    ],
    subjects: [],
  },
  { name: "system:node-bootstrapper", rules: [on(signing, requests, `create ${reads}`)] },
  {
    name: "system:node-problem-detector",
    rules: [on("core", "nodes", "get"), on("core", "nodes/status", "patch"), events],
  },
  {
    name: "system:node-proxier",
    rules: [
      on("core", "services endpoints", "list watch"),
      on("core", "nodes", reads),
      events,
      on("discovery.k8s.io", "endpointslices", "list watch"),
      on("networking.k8s.io", "servicecidrs", "list watch"),
    ],
    subjects: [user("system:kube-proxy")],
  },
  {
    name: "system:kubelet-api-admin",
    rules: [
      on("core", "nodes", reads),
      on("core", "nodes", "proxy"),
      on(
        "core",
        "nodes/configz nodes/healthz nodes/log nodes/metrics nodes/pods nodes/proxy nodes/stats",
        "*",
      ),
    ],
  },
];

const componentRoles: readonly DefaultRole[] = [
  {
    name: "system:auth-delegator",
    rules: [
      on("authentication.k8s.io", "tokenreviews", "create"),
      on("authorization.k8s.io", "subjectaccessreviews", "create"),
    ],
  },
  { name: "system:kube-aggregator", rules: [on("core", "endpoints services", reads)] },
  {
    name: "system:kube-dns",
    rules: [on("core", "endpoints services", "list watch")],
    subjects: [account("kube-dns")],
  },
  {
    name: "system:kube-controller-manager",
    rules: [
      events,
      on("coordination.k8s.io", "leases", "create"),
      on("coordination.k8s.io", "leases", "get update", "kube-controller-manager"),
      on("core", "secrets serviceaccounts", "create"),
      on("core", "secrets", "delete"),
      on("core", "configmaps namespaces secrets serviceaccounts", "get"),
      on("core", "secrets serviceaccounts", "update"),
      on("authentication.k8s.io", "tokenreviews", "create"),
      on("authorization.k8s.io", "subjectaccessreviews", "create"),
      on("*", "*", "list watch"),
      on("core", "serviceaccounts/token", "create"),
    ],
    subjects: [user("system:kube-controller-manager")],
  },
  {
    name: "system:kube-scheduler",
    rules: [
      events,
      on("coordination.k8s.io", "leases", "create"),
      on("coordination.k8s.io", "leases", "get list update watch", "kube-scheduler"),
      on("core", "nodes", reads),
      on("core", "pods", `delete ${reads}`),
      on("core", "bindings pods/binding", "create"),
      on("core", "pods/status", "patch update"),
      on("core", "replicationcontrollers services", reads),
      on("apps", "replicasets statefulsets", reads),
      on("policy", "poddisruptionbudgets", reads),
      on("core", "persistentvolumeclaims persistentvolumes", reads),
      on("authentication.k8s.io", "tokenreviews", "create"),
      on("authorization.k8s.io", "subjectaccessreviews", "create"),
      on("storage.k8s.io", "csinodes", reads),
      on("core", "namespaces", reads),
      on("storage.k8s.io", "csidrivers csistoragecapacities volumeattachments", reads),
    ],
    subjects: [user("system:kube-scheduler")],
  },
  {
    name: "system:volume-scheduler",
    rules: [
      on("core", "persistentvolumes", "get list patch update watch"),
      on("storage.k8s.io", "storageclasses", reads),
      on("core", "persistentvolumeclaims", "get list patch update watch"),
    ],
    subjects: [user("system:kube-scheduler")],
  },
  {
    name: "system:persistent-volume-provisioner",
    rules: [
      on("core", "persistentvolumes", `create delete ${reads}`),
      on("core", "persistentvolumeclaims", "get list update watch"),
      on("storage.k8s.io", "storageclasses", reads),
      on("core", "events", "watch"),
      events,
    ],
  },
];

const nameOfConfig = "extension-apiserver-authentication";

const localRoles: readonly DefaultRole[] = [
  {
    name: `${nameOfConfig}-reader`,
    namespace: "kube-system",
    rules: [on("core", "configmaps", reads, nameOfConfig)],
    subjects: [user("system:kube-controller-manager"), user("system:kube-scheduler")],
  },
  ...["kube-controller-manager", "kube-scheduler"].map((name) => ({
    name: `system::leader-locking-${name}`,
    namespace: "kube-system",
    rules: [on("core", "configmaps", "watch"), on("core", "configmaps", "get update", name)],
    subjects: [user(`system:${name}`), account(name)],
  })),
];

export const rolesOfMachines: readonly DefaultRole[] = [
  ...signerRoles,
  ...nodeRoles,
  ...componentRoles,
  ...localRoles,
];

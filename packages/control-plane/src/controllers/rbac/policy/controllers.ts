/** What each controller needs, as `system:controller:<name>` of a service account in kube-system. */
import type { PolicyRule } from "@kubus/shared/api/rbac.ts";
import { account, events, on, reads } from "./rule.ts";
import type { DefaultRole } from "./role.ts";

const podsOwned = on("core", "pods", "create delete list patch watch");

const rules: Readonly<Record<string, readonly PolicyRule[]>> = {
  "certificate-controller": [
    on("certificates.k8s.io", "certificatesigningrequests", `delete ${reads}`),
    on(
      "certificates.k8s.io",
      "certificatesigningrequests/approval certificatesigningrequests/status",
      "update",
    ),
    on("certificates.k8s.io", "signers", "approve", "kubernetes.io/kube-apiserver-client-kubelet"),
    on(
      "certificates.k8s.io",
      "signers",
      "sign",
      "kubernetes.io/kube-apiserver-client kubernetes.io/kube-apiserver-client-kubelet kubernetes.io/kubelet-serving kubernetes.io/legacy-unknown",
    ),
    on("authorization.k8s.io", "subjectaccessreviews", "create"),
    events,
  ],
  "clusterrole-aggregation-controller": [
    on("rbac.authorization.k8s.io", "clusterroles", "escalate get list patch update watch"),
  ],
  "cronjob-controller": [
    on("batch", "cronjobs", "get list update watch"),
    on("batch", "jobs", "create delete get list patch update watch"),
    on("batch", "cronjobs/status", "update"),
    on("batch", "cronjobs/finalizers", "update"),
    on("core", "pods", "delete list"),
    events,
  ],
  "daemon-set-controller": [
    on("extensions apps", "daemonsets", reads),
    on("extensions apps", "daemonsets/status", "update"),
    on("extensions apps", "daemonsets/finalizers", "update"),
    on("core", "nodes", "list watch"),
    on("core", "pods", "create delete list patch watch"),
    on("core", "pods/binding", "create"),
    on("apps", "controllerrevisions", "create delete get list patch update watch"),
    events,
  ],
  "deployment-controller": [
    on("extensions apps", "deployments", "get list update watch"),
    on("extensions apps", "deployments/status", "update"),
    on("extensions apps", "deployments/finalizers", "update"),
    on("extensions apps", "replicasets", "create delete get list patch update watch"),
    on("core", "pods", "get list update watch"),
    events,
  ],
  "disruption-controller": [
    on("extensions apps", "deployments", reads),
    on("extensions apps", "replicasets", reads),
    on("core", "replicationcontrollers", reads),
    on("policy", "poddisruptionbudgets", reads),
    on("apps", "statefulsets", reads),
    on("policy", "poddisruptionbudgets/status", "update"),
    on("core", "pods/status", "patch update"),
    on("*", "*/scale", "get"),
    events,
  ],
  "ephemeral-volume-controller": [
    on("core", "pods", reads),
    on("core", "pods/finalizers", "update"),
    on("core", "persistentvolumeclaims", `create ${reads}`),
    events,
  ],
  "generic-garbage-collector": [on("*", "*", "delete get list patch update watch"), events],
  "horizontal-pod-autoscaler": [
    on("autoscaling", "horizontalpodautoscalers", reads),
    on("autoscaling", "horizontalpodautoscalers/status", "update"),
    on("*", "*/scale", "get update"),
    on("core", "pods", "list"),
    on("metrics.k8s.io", "pods", "list"),
    on("custom.metrics.k8s.io", "*", "get list"),
    on("external.metrics.k8s.io", "*", "get list"),
    events,
  ],
  "job-controller": [
    on("batch", "jobs", "get list patch update watch"),
    on("batch", "jobs/status", "update"),
    on("batch", "jobs/finalizers", "update"),
    podsOwned,
    events,
  ],
  "namespace-controller": [
    on("core", "namespaces", `delete ${reads}`),
    on("core", "namespaces/finalize namespaces/status", "update"),
    on("*", "*", "delete deletecollection get list"),
  ],
  "node-controller": [
    on("core", "nodes", "delete get list patch update"),
    on("core", "nodes/status", "patch update"),
    on("core", "pods/status", "patch update"),
    on("core", "pods", "delete get list"),
    events,
  ],
  "persistent-volume-binder": [
    on("core", "persistentvolumes", `create delete update ${reads}`),
    on("core", "persistentvolumes/status persistentvolumeclaims/status", "update"),
    on("core", "persistentvolumeclaims", `update ${reads}`),
    on("core", "pods", `create delete ${reads}`),
    on("storage.k8s.io", "storageclasses", reads),
    on("core", "secrets", "get"),
    on("core", "nodes", "get list"),
    events,
  ],
  "pod-garbage-collector": [
    on("core", "pods", "delete list watch"),
    on("core", "nodes", "get list"),
    on("core", "pods/status", "patch"),
  ],
  "pv-protection-controller": [on("core", "persistentvolumes", `update ${reads}`), events],
  "pvc-protection-controller": [
    on("core", "persistentvolumeclaims", `update ${reads}`),
    on("core", "pods", reads),
    events,
  ],
  "replicaset-controller": [
    on("extensions apps", "replicasets", "get list update watch"),
    on("extensions apps", "replicasets/status", "update"),
    on("extensions apps", "replicasets/finalizers", "update"),
    podsOwned,
    events,
  ],
  "replication-controller": [
    on("core", "replicationcontrollers", "get list update watch"),
    on("core", "replicationcontrollers/status", "update"),
    on("core", "replicationcontrollers/finalizers", "update"),
    podsOwned,
    events,
  ],
  "root-ca-cert-publisher": [on("core", "configmaps", "create update"), events],
  "service-account-controller": [on("core", "serviceaccounts", "create"), events],
  "statefulset-controller": [
    on("core", "pods", "create delete get list patch update watch"),
    on("apps", "statefulsets", reads),
    on("apps", "statefulsets/status", "update"),
    on("apps", "statefulsets/finalizers", "update"),
    on("apps", "controllerrevisions", "create delete get list patch update watch"),
    on("core", "persistentvolumeclaims", "create delete get list update watch"),
    events,
  ],
  "ttl-after-finished-controller": [on("batch", "jobs", "delete get list watch"), events],
};

/** Secrets that they look after in one namespace. */
const tokenCleaner: DefaultRole = {
  name: "system:controller:token-cleaner",
  namespace: "kube-system",
  rules: [on("core", "secrets", `delete ${reads}`), events],
  subjects: [account("token-cleaner")],
};

export const rolesOfControllers: readonly DefaultRole[] = [
  ...Object.entries(rules).map(([name, granted]) => ({
    name: `system:controller:${name}`,
    rules: granted,
    subjects: [account(name)],
  })),
  tokenCleaner,
];

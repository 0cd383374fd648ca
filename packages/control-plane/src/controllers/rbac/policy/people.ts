/** What people are given: cluster-admin, admin, edit, view, and what everybody may know. */
import type { PolicyRule } from "@kubus/shared/api/rbac.ts";
import { at, both, group, on, reads, writes } from "./rule.ts";
import type { DefaultRole } from "./role.ts";

const gathers = (level: string) => [
  { matchLabels: { [`rbac.authorization.k8s.io/aggregate-to-${level}`]: "true" } },
];
const into = (level: string) => ({ [`rbac.authorization.k8s.io/aggregate-to-${level}`]: "true" });

const health = "/healthz /livez /readyz";

const toAdmin: readonly PolicyRule[] = [
  on("authorization.k8s.io", "localsubjectaccessreviews", "create"),
  on("rbac.authorization.k8s.io", "roles rolebindings", both),
];

const toEdit: readonly PolicyRule[] = [
  on("core", "pods/attach pods/proxy pods/exec pods/portforward secrets services/proxy", reads),
  on("core", "serviceaccounts", "impersonate"),
  on("core", "pods pods/attach pods/exec pods/portforward pods/proxy", writes),
  on("core", "pods/eviction", "create"),
  on(
    "core",
    "configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy",
    writes,
  ),
  on("core", "serviceaccounts/token", "create"),
  on(
    "apps",
    "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale",
    writes,
  ),
  on("autoscaling", "horizontalpodautoscalers", writes),
  on("batch", "cronjobs jobs", writes),
  on(
    "extensions",
    "daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale",
    writes,
  ),
  on("policy", "poddisruptionbudgets", writes),
  on("networking.k8s.io", "ingresses networkpolicies", writes),
  on("coordination.k8s.io", "leases", both),
];

const toView: readonly PolicyRule[] = [
  on(
    "core",
    "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status",
    reads,
  ),
  on(
    "core",
    "bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status",
    reads,
  ),
  on("core", "namespaces", reads),
  on("discovery.k8s.io", "endpointslices", reads),
  on(
    "apps",
    "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status",
    reads,
  ),
  on("autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status", reads),
  on("batch", "cronjobs cronjobs/status jobs jobs/status", reads),
  on(
    "extensions",
    "daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale",
    reads,
  ),
  on("policy", "poddisruptionbudgets poddisruptionbudgets/status", reads),
  on("networking.k8s.io", "ingresses ingresses/status networkpolicies", reads),
];

export const rolesOfPeople: readonly DefaultRole[] = [
  { name: "cluster-admin", rules: [on("*", "*", "*"), at("*", "*")], subjects: [group("system:masters")] },
  { name: "admin", gathers: gathers("admin") },
  { name: "edit", gathers: gathers("edit"), labels: into("admin") },
  { name: "view", gathers: gathers("view"), labels: into("edit") },
  { name: "system:aggregate-to-admin", rules: toAdmin, labels: into("admin") },
  { name: "system:aggregate-to-edit", rules: toEdit, labels: into("edit") },
  { name: "system:aggregate-to-view", rules: toView, labels: into("view") },
  {
    name: "system:aggregated-metrics-reader",
    rules: [on("metrics.k8s.io", "nodes pods", reads)],
    labels: { ...into("admin"), ...into("edit"), ...into("view") },
  },
  {
    name: "system:discovery",
    rules: [at(`${health} /version /version/ /openapi /openapi/* /api /api/* /apis /apis/*`, "get")],
    subjects: [group("system:authenticated")],
  },
  {
    name: "system:basic-user",
    rules: [
      on("authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews", "create"),
      on("authentication.k8s.io", "selfsubjectreviews", "create"),
    ],
    subjects: [group("system:authenticated")],
  },
  {
    name: "system:public-info-viewer",
    rules: [at(`${health} /version /version/`, "get")],
    subjects: [group("system:authenticated"), group("system:unauthenticated")],
  },
  {
    name: "system:monitoring",
    rules: [at("/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*", "get")],
    subjects: [group("system:monitoring")],
  },
  {
    name: "system:service-account-issuer-discovery",
    rules: [
      at(
        "/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/",
        "get",
      ),
    ],
    subjects: [group("system:serviceaccounts")],
  },
];

/**
 * THE table of how lists, maps and structs are merged (Kubernetes 1.36, complete for its built-in kinds).
 *
 * What is not here: lists are replaced as a whole (patch) and atomic (apply), maps and structs are merged member by
 * member. Keyed by the type's name without its group; the few names that two groups share have the same rules.
 */
export interface FieldRules {
  /** For strategic merge patches. */
  readonly patchStrategy?: "merge" | "retainKeys" | "merge,retainKeys" | "replace";
  readonly patchMergeKey?: string;
  /** For server-side apply. */
  readonly listType?: "map" | "set" | "atomic";
  readonly listMapKeys?: readonly string[];
  readonly mapType?: "atomic" | "granular";
  /** What stands for a key of a list's item that is left out. */
  readonly default?: string;
}

/** A list of objects that are told apart by `key` in patches, by `applyKeys` in server-side apply. */
const by = (key: string, ...applyKeys: readonly string[]): FieldRules => ({
  patchStrategy: "merge",
  patchMergeKey: key,
  listType: "map",
  listMapKeys: applyKeys.length === 0 ? [key] : applyKeys,
});

/** The same, and members that a patch does not list in `$retainKeys` are dropped. */
const retaining = (key: string): FieldRules => ({ ...by(key), patchStrategy: "merge,retainKeys" });
const patchOnly = (key: string): FieldRules => ({
  patchStrategy: "merge",
  patchMergeKey: key,
  listType: "atomic",
});
const applyOnly = (...keys: readonly string[]): FieldRules => ({ listType: "map", listMapKeys: keys });
const mergedSet: FieldRules = { patchStrategy: "merge", listType: "set" };
const set: FieldRules = { listType: "set" };
const atomicMap: FieldRules = { mapType: "atomic" };
const tcp: FieldRules = { default: "TCP" };

const conditions = { conditions: by("type") };
const containerLists = {
  ports: by("containerPort", "containerPort", "protocol"),
  env: by("name"),
  volumeMounts: by("mountPath"),
  volumeDevices: by("devicePath"),
};

export const fieldRules: Readonly<Record<string, Readonly<Record<string, FieldRules>>>> = {
  ObjectMeta: { ownerReferences: by("uid"), finalizers: mergedSet },
  PodSpec: {
    containers: by("name"),
    initContainers: by("name"),
    ephemeralContainers: by("name"),
    volumes: retaining("name"),
    imagePullSecrets: by("name"),
    schedulingGates: by("name"),
    resourceClaims: retaining("name"),
    hostAliases: by("ip"),
    topologySpreadConstraints: by("topologyKey", "topologyKey", "whenUnsatisfiable"),
    nodeSelector: atomicMap,
  },
  Container: containerLists,
  ContainerPort: { protocol: tcp },
  ServicePort: { protocol: tcp },
  PersistentVolumeSpec: { claimRef: { mapType: "granular" } },
  EphemeralContainer: containerLists,
  ContainerStatus: { volumeMounts: by("mountPath"), allocatedResourcesStatus: by("name") },
  ResourceRequirements: { claims: applyOnly("name") },
  ResourceStatus: { resources: applyOnly("resourceID") },
  PodStatus: {
    ...conditions,
    podIPs: by("ip"),
    hostIPs: patchOnly("ip"),
    resourceClaimStatuses: retaining("name"),
  },
  ServiceSpec: { ports: by("port", "port", "protocol"), selector: atomicMap },
  ServiceAccount: { secrets: by("name") },
  NodeSpec: { podCIDRs: mergedSet },
  NodeStatus: { ...conditions, addresses: by("type") },
  NamespaceStatus: conditions,
  ReplicationControllerSpec: { selector: atomicMap },
  ReplicationControllerStatus: conditions,
  ServiceStatus: conditions,
  PersistentVolumeClaimStatus: conditions,
  ComponentStatus: conditions,
  DeploymentSpec: { strategy: { patchStrategy: "retainKeys" } },
  DeploymentStatus: conditions,
  ReplicaSetStatus: conditions,
  StatefulSetStatus: conditions,
  DaemonSetStatus: conditions,
  JobStatus: { conditions: patchOnly("type") },
  HorizontalPodAutoscalerStatus: conditions,
  PodDisruptionBudgetSpec: { selector: { patchStrategy: "replace" } },
  PodDisruptionBudgetStatus: conditions,
  ServiceCIDRStatus: conditions,
  APIServiceStatus: conditions,
  CertificateSigningRequestStatus: { conditions: applyOnly("type") },
  CustomResourceDefinitionStatus: { conditions: applyOnly("type") },
  ValidatingAdmissionPolicyStatus: { conditions: applyOnly("type") },
  CSINodeSpec: { drivers: by("name") },
  ValidatingWebhookConfiguration: { webhooks: by("name") },
  MutatingWebhookConfiguration: { webhooks: by("name") },
  ValidatingWebhook: { matchConditions: by("name") },
  MutatingWebhook: { matchConditions: by("name") },
  ValidatingAdmissionPolicySpec: { matchConditions: by("name"), variables: by("name") },
  MutatingAdmissionPolicySpec: { matchConditions: by("name") },
  ResourceClaimStatus: { reservedFor: by("uid") },
  Endpoint: { addresses: set },
  UncountedTerminatedPods: { succeeded: set, failed: set },
  PodFailurePolicyOnExitCodesRequirement: { values: set },
  CSIDriverSpec: { volumeLifecycleModes: set },
  ValidatingAdmissionPolicyBindingSpec: { validationActions: set },
  Scheduling: { nodeSelector: atomicMap },
};

/** Types that server-side apply takes as one value. */
export const atomicTypes: ReadonlySet<string> = new Set([
  "LabelSelector",
  "OwnerReference",
  "ObjectReference",
  "LocalObjectReference",
  "TypedLocalObjectReference",
  "SecretReference",
  "ConfigMapKeySelector",
  "SecretKeySelector",
  "FileKeySelector",
  "ObjectFieldSelector",
  "ResourceFieldSelector",
  "NodeSelector",
  "NodeSelectorTerm",
  "TopologySelectorTerm",
  "ScopeSelector",
  "EndpointAddress",
  "EndpointPort",
  "ServiceBackendPort",
  "RoleRef",
  "Subject",
  "CrossVersionObjectReference",
  "ParamKind",
  "ParamRef",
  "MatchResources",
  "NamedRuleWithOperations",
  "Variable",
]);

/** Types that share their short name with an atomic one, and are none. */
export const granularTypes: ReadonlySet<string> = new Set([
  "autoscaling.v2.CrossVersionObjectReference",
  "flowcontrol.v1.Subject",
]);

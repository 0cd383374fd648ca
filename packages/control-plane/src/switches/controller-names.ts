/**
 * THE list of names for `kubus server --controllers`: each controller of the table of controllers, and the names by
 * which people know it from kube-controller-manager. Every name may also end in `-controller`, as it does there.
 *
 * The table itself needs a whole server to be made; the command line must know the names without one. A test holds
 * both together.
 */
export const controllerNames: Readonly<Record<string, readonly string[]>> = {
  "admission-policy": ["validatingadmissionpolicy-status"],
  apiservice: [],
  bootstrap: [],
  certificate: ["certificatesigningrequest-signing"],
  "clusterrole-aggregation": [],
  cronjob: [],
  customresourcedefinition: [],
  daemonset: [],
  deployment: [],
  disruption: [],
  endpoint: ["endpoints"],
  endpointslice: [],
  endpointslicemirroring: ["endpointslice-mirroring"],
  "ephemeral-volume": [],
  garbage: ["garbagecollector", "garbage-collector"],
  "horizontal-pod-autoscaler": ["hpa", "horizontalpodautoscaling"],
  job: [],
  "job-orphan": [],
  namespace: [],
  "namespace-furniture": ["root-ca-certificate-publisher", "serviceaccount"],
  nodeaddress: ["node-ipam", "nodeipam"],
  nodelife: ["node-lifecycle", "nodelifecycle", "taint-eviction"],
  persistentvolume: ["persistentvolume-binder"],
  "persistentvolume-reclaim": [],
  podgc: ["pod-garbage-collector"],
  priorityclass: [],
  "pv-protection": ["persistentvolume-protection"],
  "pvc-protection": ["persistentvolumeclaim-protection"],
  "rbac-policy": [],
  rebalancing: ["descheduler"],
  replicaset: [],
  replication: ["replicationcontroller"],
  resourcequota: [],
  "service-repair": [],
  "serviceaccount-token": [],
  "stale-disruption": [],
  statefulset: [],
  storageclass: [],
  "token-cleaner": [],
  "ttl-after-finished": [],
};

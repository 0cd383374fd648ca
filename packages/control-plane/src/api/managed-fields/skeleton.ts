/**
 * THE table of structs and lists that Kubernetes' objects always hold, if only empty: Go writes them as they are.
 *
 * A manager who fills one owns what it filled in, and not the struct or list itself. Custom kinds hold only what was
 * written.
 */
const topLevel = ["metadata", "spec", "status"];

const below: Readonly<Record<string, readonly string[]>> = {
  "io.k8s.api.apps.v1.DaemonSetSpec": ["template", "updateStrategy"],
  "io.k8s.api.apps.v1.DeploymentSpec": ["strategy", "template"],
  "io.k8s.api.apps.v1.ReplicaSetSpec": ["template"],
  "io.k8s.api.apps.v1.StatefulSetSpec": ["template", "updateStrategy"],
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec": ["scaleTargetRef"],
  "io.k8s.api.batch.v1.CronJobSpec": ["jobTemplate"],
  "io.k8s.api.batch.v1.JobSpec": ["template"],
  "io.k8s.api.batch.v1.JobTemplateSpec": ["metadata", "spec"],
  "io.k8s.api.core.v1.NodeDaemonEndpoints": ["kubeletEndpoint"],
  "io.k8s.api.core.v1.NodeStatus": ["daemonEndpoints", "nodeInfo"],
  "io.k8s.api.core.v1.PersistentVolumeClaimSpec": ["resources"],
  "io.k8s.api.core.v1.PodSpec": ["containers"],
  "io.k8s.api.core.v1.PodTemplate": ["metadata", "template"],
  "io.k8s.api.core.v1.PodTemplateSpec": ["metadata", "spec"],
  "io.k8s.api.core.v1.ServiceStatus": ["loadBalancer"],
  "io.k8s.api.networking.v1.IngressStatus": ["loadBalancer"],
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec": ["names"],
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus": [
    "acceptedNames",
  ],
};

const nothing: readonly string[] = [];

/** The structs that objects of a generated type always hold. */
export function skeletonFields(type: string): readonly string[] {
  if (Object.hasOwn(below, type)) return below[type] ?? nothing;
  // What is no part of something else is a kind: only kinds have both of these.
  return kindLike.test(type) ? nothing : topLevel;
}

/** Types that are never kinds, but have members of these names. */
const kindLike = /(Spec|Status|Template|Source|Definition)$/;

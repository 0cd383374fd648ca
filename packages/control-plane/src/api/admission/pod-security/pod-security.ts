/**
 * PodSecurity: pods keep to the standard that their namespace's labels ask for; workloads whose pods would not are told
 * so already.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Container, Pod, PodTemplateSpec } from "@kubus/shared/api/pod.ts";
import type { AdmissionWorld, Admitter, Attempt } from "../../admission.ts";
import { invalid } from "../../refusals.ts";
import { concerns, found, listed, refused } from "../concerns.ts";
import { textOf, violationsOf } from "./checks.ts";
import { isStricter, nameOf, standardOf, validateLabelsOf, type Mode } from "./policy.ts";
import { containersOf, type Checked } from "./standard.ts";

export const podSecurity: Admitter = (attempt, world): void => {
  if (attempt.operation === "delete") return;
  if (concerns(attempt, "", "Namespace")) checkNamespace(attempt, world);
  if (attempt.namespace === undefined) return;
  const pod = checkedPod(attempt);
  if (pod !== undefined) checkPod(attempt, pod, world);
  const template = templateOf(attempt);
  if (template !== undefined) tell(attempt, template, world);
};

/** The pod of an attempt when something about it may have become worse. */
function checkedPod({ kind, subresource, operation, object, previous }: Attempt): Pod | undefined {
  if (kind.group !== "" || kind.kind !== "Pod") return undefined;
  if (subresource !== undefined && subresource !== "ephemeralcontainers") return undefined;
  const isNew = operation === "create" || previous === undefined;
  return isNew || isSignificant(object as Pod, previous as Pod) ? (object as Pod) : undefined;
}

/** A pod's containers may get other images and ephemeral ones may come; nothing else of it matters here. */
function isSignificant(next: Pod, previous: Pod): boolean {
  const images = (pod: Checked) =>
    JSON.stringify(containersOf(pod).map(({ name, image }: Container) => [name, image]));
  return images(next) !== images(previous);
}

function checkPod(attempt: Attempt, pod: Pod, world: AdmissionWorld): void {
  const { level, minor } = standardIn(attempt, world, "enforce");
  const violations = violationsOf(pod, level, minor);
  if (violations.length > 0)
    throw refused(attempt, `violates PodSecurity "${nameOf({ level, minor })}": ${textOf(violations)}`);
  tell(attempt, pod, world);
}

function tell(attempt: Attempt, pod: Checked, world: AdmissionWorld): void {
  for (const mode of ["warn", "audit"] as const) {
    const standard = standardIn(attempt, world, mode);
    const violations = violationsOf(pod, standard.level, standard.minor);
    if (violations.length === 0) continue;
    const text = `would violate PodSecurity "${nameOf(standard)}": ${textOf(violations)}`;
    if (mode === "warn") world.warn(text);
    else world.annotate("pod-security.kubernetes.io/audit-violations", text);
  }
}

function standardIn({ namespace = "" }: Attempt, world: AdmissionWorld, mode: Mode) {
  const room = found<KubeObject>(world, "v1", "Namespace", { name: namespace });
  return standardOf(room?.metadata.labels, mode);
}

interface Templated {
  readonly spec?: {
    readonly template?: PodTemplateSpec;
    readonly jobTemplate?: { readonly spec?: { readonly template?: PodTemplateSpec } };
  };
  readonly template?: PodTemplateSpec;
}

const templated: Readonly<Record<string, readonly string[]>> = {
  "": ["PodTemplate", "ReplicationController"],
  apps: ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"],
  batch: ["CronJob", "Job"],
};

function templateOf({ kind, object, subresource }: Attempt): PodTemplateSpec | undefined {
  if (subresource !== undefined || templated[kind.group]?.includes(kind.kind) !== true) return undefined;
  const { spec, template } = object as Templated;
  const own = template ?? spec?.template ?? spec?.jobTemplate?.spec?.template;
  return (own?.spec as unknown) === undefined ? undefined : own;
}

function checkNamespace(attempt: Attempt, world: AdmissionWorld): void {
  const { kind, name, object, previous } = attempt;
  const causes = validateLabelsOf(object.metadata.labels);
  const isKnown = previous !== undefined && validateLabelsOf(previous.metadata.labels).length > 0;
  if (causes.length > 0 && !isKnown) throw invalid(kind, name, causes);
  if (previous === undefined) return;
  const next = standardOf(object.metadata.labels, "enforce");
  if (!isStricter(next, standardOf(previous.metadata.labels, "enforce"))) return;
  const warnings = existing(listed<Pod>(world, "v1", "Pod", name), (pod) =>
    violationsOf(pod, next.level, next.minor)
      .map(({ reason }) => reason)
      .join(", "),
  );
  if (warnings.length === 0) return;
  world.warn(
    `existing pods in namespace "${name}" violate the new PodSecurity enforce level "${nameOf(next)}"`,
  );
  for (const warning of warnings) world.warn(warning);
}

/** Pods with the same faults are named by their first: `web-1 (and 2 other pods): privileged`. */
function existing(pods: readonly Pod[], faultOf: (pod: Pod) => string): readonly string[] {
  const byFault = new Map<string, string[]>();
  for (const pod of pods) {
    const fault = faultOf(pod);
    if (fault !== "") byFault.set(fault, [...(byFault.get(fault) ?? []), pod.metadata.name]);
  }
  return [...byFault]
    .map(([fault, [first = "", ...others]]) => {
      const more =
        others.length === 0 ? "" : ` (and ${others.length} other ${others.length === 1 ? "pod" : "pods"})`;
      return `${first}${more}: ${fault}`;
    })
    .sort();
}

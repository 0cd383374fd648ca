/** The rules of one container, of whatever list (core validation). Pure. */
import type { Container, ContainerPort, PodSpec } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { protocols, validatePort, validatePortName } from "../../ports.ts";
import type { Received } from "../../received.ts";
import { checkedName, each, validateChoice, validateRequired, when } from "../../rules.ts";
import type { Lifecycle, Probe } from "./parts.ts";
import { validateEnv, validateEnvFrom } from "./validate-env.ts";
import { validateDevices, validateMounts } from "./validate-mounts.ts";
import { validateLifecycle, validateProbe } from "./validate-probe.ts";
import { validateResources } from "./validate-resources.ts";
import { validateSecurityContext } from "./validate-security.ts";
import type { SoundVolumes } from "./validate-volume.ts";

/** What a container's rules know of its pod. */
export interface ContainerPlace {
  readonly spec: Received<PodSpec>;
  readonly volumes: SoundVolumes;
  readonly isPod: boolean;
}

const pullPolicies = ["Always", "IfNotPresent", "Never"];
const messagePolicies = ["FallbackToLogsOnError", "File"];
const resizable = ["cpu", "memory"];
const resizePolicies = ["NotRequired", "RestartContainer"];
const probes = ["livenessProbe", "readinessProbe", "startupProbe"] as const;

export function validateContainer(
  container: Received<Container>,
  field: string,
  { spec, volumes }: ContainerPlace,
): readonly Cause[] {
  const claims = (spec.resourceClaims ?? []).flatMap(({ name = "" }) => (name === "" ? [] : [name]));
  return [
    ...checkedName(dnsLabel, container.name, `${field}.name`),
    ...validateRequired(container.image, `${field}.image`),
    ...validateChoice(
      container.terminationMessagePolicy ?? "",
      messagePolicies,
      `${field}.terminationMessagePolicy`,
    ),
    ...validatePorts(container.ports ?? [], `${field}.ports`),
    ...validateEnv(container.env, `${field}.env`),
    ...validateEnvFrom(container.envFrom, `${field}.envFrom`),
    ...validateMounts(container, field, volumes),
    ...validateDevices(container, field, volumes),
    ...validateChoice(container.imagePullPolicy ?? "", pullPolicies, `${field}.imagePullPolicy`),
    ...validateResources(container.resources ?? {}, `${field}.resources`, { claims }),
    ...validateResizePolicy(container, `${field}.resizePolicy`, spec.restartPolicy),
    ...(container.securityContext === undefined
      ? []
      : validateSecurityContext(container.securityContext, `${field}.securityContext`, {
          hostUsers: spec.hostUsers ?? true,
        })),
  ];
}

function validatePorts(ports: readonly Received<ContainerPort>[], field: string): readonly Cause[] {
  return each(ports, field, ({ name = "", containerPort = 0, hostPort = 0, protocol = "" }, at, index) => {
    const wrongName = name === "" ? [] : validatePortName(name, `${at}.name`);
    const isTaken = ports.slice(0, index).some((other) => other.name === name);
    return [
      ...wrongName,
      ...when(name !== "" && wrongName.length === 0 && isTaken, cause.duplicate(`${at}.name`, name)),
      ...(containerPort === 0
        ? [cause.required(`${at}.containerPort`)]
        : validatePort(containerPort, `${at}.containerPort`)),
      ...(hostPort === 0 ? [] : validatePort(hostPort, `${at}.hostPort`)),
      ...validateChoice(protocol, protocols, `${at}.protocol`),
    ];
  });
}

/** What is wrong is said of the whole list, as Kubernetes does. */
function validateResizePolicy(
  { resizePolicy = [] }: Received<Container>,
  field: string,
  restartPolicy = "",
): readonly Cause[] {
  return each(resizePolicy, field, ({ resourceName = "", restartPolicy: policy = "" }, at, index) => [
    ...when(
      resizePolicy.slice(0, index).some((other) => (other.resourceName ?? "") === resourceName),
      cause.duplicate(at, resourceName),
    ),
    ...validateChoice(resourceName, resizable, field),
    ...validateChoice(policy, resizePolicies, field),
    ...when(
      restartPolicy === "Never" && policy !== "NotRequired",
      cause.invalid(field, policy, "must be 'NotRequired' when `restartPolicy` is 'Never'"),
    ),
  ]);
}

/** Hooks and probes of a container that stays. */
export const validateLife = (
  container: Received<Container>,
  field: string,
  graceSeconds: number | undefined,
): readonly Cause[] => [
  ...(container.lifecycle === undefined
    ? []
    : validateLifecycle(container.lifecycle as Lifecycle, `${field}.lifecycle`, graceSeconds)),
  ...probes.flatMap((name) =>
    container[name] === undefined ? [] : validateProbe(container[name] as Probe, name, field, graceSeconds),
  ),
];

/** A container that runs once has none of them. */
export const forbidLife = (container: Received<Container>, field: string): readonly Cause[] =>
  (["lifecycle", ...probes] as const)
    .filter((name) => container[name] !== undefined)
    .map((name) =>
      cause.forbidden(`${field}.${name}`, "may not be set for init containers without restartPolicy=Always"),
    );

/** Containers cannot have the same port of the board. */
export function validateHostPorts(
  containers: readonly Received<Container>[],
  field: string,
): readonly Cause[] {
  const seen = new Set<string>();
  return each(containers, field, ({ ports }, containerAt) =>
    each(ports, `${containerAt}.ports`, ({ hostPort = 0, hostIP = "", protocol = "" }, at) => {
      const identity = `${protocol}/${hostIP}/${hostPort}`;
      if (hostPort === 0 || !seen.has(identity)) {
        seen.add(identity);
        return [];
      }
      return [cause.duplicate(`${at}.hostPort`, identity)];
    }),
  );
}

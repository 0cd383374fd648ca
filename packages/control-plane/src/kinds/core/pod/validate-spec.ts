/**
 * The rules of a pod's spec, also inside pod templates (core validation). Pure.
 *
 * Runs after defaulting. Every cause names its field and says what would be right, in Kubernetes' words.
 */
import { isIP } from "node:net";
import type { Container, PodSpec, Toleration } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel, dnsSubdomain, qualifiedName, type NameRule } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { validateLabels } from "../../metadata/validate.ts";
import type { Received } from "../../received.ts";
import { validateChoice } from "../../rules.ts";
import type { Volume } from "./parts.ts";
import { validateAffinity, validateSpread } from "./validate-placement.ts";
import { validateContainer } from "./validate-container.ts";
import { validateVolumes } from "./validate-volume.ts";

type Spec = Received<PodSpec>;

const restartPolicies = ["Always", "OnFailure", "Never"];
const dnsPolicies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
const int32Max = 2_147_483_647;

export function validatePodSpec(spec: Spec, field: string): readonly Cause[] {
  return [
    ...validateVolumes((spec.volumes ?? []) as readonly Volume[], `${field}.volumes`),
    ...validateContainers(spec, field),
    ...validatePolicies(spec, field),
    ...validateNames(spec, field),
    ...validateLabels(spec.nodeSelector, `${field}.nodeSelector`),
    ...(spec.tolerations ?? []).flatMap((toleration, i) =>
      validateToleration(toleration, `${field}.tolerations[${i}]`),
    ),
    ...validateAffinity(spec.affinity, `${field}.affinity`),
    ...validateSpread(spec.topologySpreadConstraints ?? [], `${field}.topologySpreadConstraints`),
    ...validateGates(spec, `${field}.schedulingGates`),
    ...(spec.hostAliases ?? []).flatMap(({ ip = "" }, i) =>
      isIP(ip) === 0
        ? [
            cause.invalid(
              `${field}.hostAliases[${i}].ip`,
              ip,
              "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
            ),
          ]
        : [],
    ),
  ];
}

function validateContainers(spec: Spec, field: string): readonly Cause[] {
  const { containers = [], initContainers = [] } = spec;
  const volumes = new Set(((spec.volumes ?? []) as readonly Volume[]).map(({ name = "" }) => name));
  const names = [...initContainers, ...containers].map(({ name = "" }) => name);
  const hostNetwork = spec.hostNetwork === true;
  const check = (
    container: Received<Container>,
    i: number,
    list: string,
    offset: number,
  ): readonly Cause[] => {
    const at = `${field}.${list}[${i}]`;
    const { name = "" } = container;
    return [
      ...validateContainer(container, at, { volumes, hostNetwork, isInit: list === "initContainers" }),
      ...(name !== "" && names.indexOf(name) < offset + i ? [cause.duplicate(`${at}.name`, name)] : []),
    ];
  };
  return [
    ...(containers.length === 0 ? [cause.required(`${field}.containers`)] : []),
    ...initContainers.flatMap((container, i) => check(container, i, "initContainers", 0)),
    ...containers.flatMap((container, i) => check(container, i, "containers", initContainers.length)),
    ...validateHostPorts(containers, `${field}.containers`),
  ];
}

/** Two containers of a pod cannot have the same port of the board. */
function validateHostPorts(containers: readonly Received<Container>[], field: string): readonly Cause[] {
  const seen = new Set<string>();
  return containers.flatMap(({ ports = [] }, i) =>
    ports.flatMap((port, j) => {
      if (!port.hostPort) return [];
      const { hostIP = "" } = port as { readonly hostIP?: string };
      const identity = `${port.protocol ?? "TCP"}/${hostIP}/${port.hostPort}`;
      if (seen.has(identity)) return [cause.duplicate(`${field}[${i}].ports[${j}].hostPort`, identity)];
      seen.add(identity);
      return [];
    }),
  );
}

function validatePolicies(spec: Spec, field: string): readonly Cause[] {
  const { restartPolicy = "", dnsPolicy = "", activeDeadlineSeconds, terminationGracePeriodSeconds } = spec;
  return [
    ...validateChoice(restartPolicy, restartPolicies, `${field}.restartPolicy`),
    ...validateChoice(dnsPolicy, dnsPolicies, `${field}.dnsPolicy`),
    ...(activeDeadlineSeconds !== undefined && (activeDeadlineSeconds < 1 || activeDeadlineSeconds > int32Max)
      ? [
          cause.invalid(
            `${field}.activeDeadlineSeconds`,
            activeDeadlineSeconds,
            `must be between 1 and ${int32Max}, inclusive`,
          ),
        ]
      : []),
    ...(terminationGracePeriodSeconds !== undefined && terminationGracePeriodSeconds < 0
      ? [
          cause.invalid(
            `${field}.terminationGracePeriodSeconds`,
            terminationGracePeriodSeconds,
            "must be greater than or equal to 0",
          ),
        ]
      : []),
    ...(spec.shareProcessNamespace === true && spec.hostPID === true
      ? [
          cause.invalid(
            `${field}.shareProcessNamespace`,
            true,
            "ShareProcessNamespace and HostPID cannot both be enabled",
          ),
        ]
      : []),
  ];
}

function validateNames(spec: Spec, field: string): readonly Cause[] {
  const check = (name: string | undefined, part: string, rule: NameRule): readonly Cause[] => {
    const wrong = name === undefined || name === "" ? undefined : rule(name);
    return wrong === undefined ? [] : [cause.invalid(`${field}.${part}`, name, wrong)];
  };
  return [
    ...check(spec.nodeName, "nodeName", dnsSubdomain),
    ...check(spec.serviceAccountName, "serviceAccountName", dnsSubdomain),
    ...check(spec.hostname, "hostname", dnsLabel),
    ...check(spec.subdomain, "subdomain", dnsLabel),
    ...check(spec.priorityClassName, "priorityClassName", dnsSubdomain),
    ...check(spec.schedulerName, "schedulerName", dnsSubdomain),
  ];
}

export function validateToleration(toleration: Received<Toleration>, field: string): readonly Cause[] {
  const { key = "", operator = "Equal", value = "", effect = "", tolerationSeconds } = toleration;
  const wrongKey = key === "" ? undefined : qualifiedName(key);
  return [
    ...(wrongKey === undefined ? [] : [cause.invalid(`${field}.key`, key, wrongKey)]),
    ...(key === "" && operator !== "Exists"
      ? [
          cause.invalid(
            `${field}.operator`,
            operator,
            'operator must be Exists when `key` is empty, which means "match all values and all keys"',
          ),
        ]
      : []),
    ...(tolerationSeconds !== undefined && effect !== "NoExecute"
      ? [
          cause.invalid(
            `${field}.effect`,
            effect,
            "effect must be 'NoExecute' when `tolerationSeconds` is set",
          ),
        ]
      : []),
    ...(["Equal", "Exists"].includes(operator)
      ? []
      : [cause.notSupported(`${field}.operator`, operator, ["Equal", "Exists"])]),
    ...(operator === "Exists" && value !== ""
      ? [cause.invalid(`${field}.operator`, toleration, "value must be empty when `operator` is 'Exists'")]
      : []),
    ...(effect === ""
      ? []
      : validateChoice(effect, ["NoSchedule", "PreferNoSchedule", "NoExecute"], `${field}.effect`)),
  ];
}

function validateGates({ schedulingGates = [], nodeName = "" }: Spec, field: string): readonly Cause[] {
  const names = schedulingGates.map(({ name = "" }) => name);
  return [
    ...(names.length > 0 && nodeName !== ""
      ? [
          cause.forbidden(
            field.replace(/schedulingGates$/, "nodeName"),
            "cannot be set until all schedulingGates have been cleared",
          ),
        ]
      : []),
    ...names.flatMap((name, i) => {
      const wrong = name === "" ? "must not be empty" : qualifiedName(name);
      if (wrong !== undefined) return [cause.invalid(`${field}[${i}].name`, name, wrong)];
      return names.indexOf(name) < i ? [cause.duplicate(`${field}[${i}].name`, name)] : [];
    }),
  ];
}

/**
 * The rules of a pod's spec, also inside pod templates (core validation). Pure.
 *
 * Runs after defaulting. Every cause names its field and says what would be right, in Kubernetes' words and order.
 */
import type { PodSpec } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel, dnsSubdomain, qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { validateLabels } from "../../metadata/validate.ts";
import type { Received } from "../../received.ts";
import {
  checked,
  checkedIfSaid,
  checkedName,
  each,
  validateBetween,
  validateChoice,
  when,
} from "../../rules.ts";
import type { Source } from "../volumes/one-source.ts";
import {
  validateContainers,
  validateEphemeralContainers,
  validateInitContainers,
} from "./validate-containers.ts";
import { validateDns, validateHostAliases } from "./validate-dns.ts";
import { validateAffinity, validateSpread, type SpreadConstraint } from "./validate-placement.ts";
import { validatePodResources, validateResources } from "./validate-resources.ts";
import { validatePodSecurityContext } from "./validate-security.ts";
import { validateTolerations } from "./validate-tolerations.ts";
import { validateVolumes } from "./validate-volume.ts";
import { validateHostProcess, validateOs } from "./validate-windows.ts";

type Spec = Received<PodSpec>;

/** Whose spec it is: that of a pod, or of a template for pods. */
export interface SpecPlace {
  readonly isPod: boolean;
  /** The pod's own name. */
  readonly podName?: string | undefined;
}

const restartPolicies = ["Always", "Never", "OnFailure"];
const dnsPolicies = ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"];
const preemptionPolicies = ["Never", "PreemptLowerPriority"];
const int32Max = 2_147_483_647;

export function validatePodSpec(
  spec: Spec,
  field: string,
  place: SpecPlace = { isPod: false },
): readonly Cause[] {
  const volumes = validateVolumes((spec.volumes ?? []) as readonly Source[], `${field}.volumes`, place);
  const containers = { spec, volumes: volumes.sound, isPod: place.isPod };
  return [
    ...when(
      spec.terminationGracePeriodSeconds === undefined,
      cause.required(`${field}.terminationGracePeriodSeconds`),
    ),
    ...volumes.causes,
    ...validateResourceClaims(spec, `${field}.resourceClaims`),
    ...validateContainers(containers, field),
    ...validateInitContainers(containers, field),
    ...validateEphemeralContainers(containers, field),
    ...validatePodResources(spec, field),
    ...validateHostNetwork(spec, `${field}.containers`, place),
    ...validateChoice(spec.restartPolicy ?? "", restartPolicies, `${field}.restartPolicy`),
    ...validateChoice(spec.dnsPolicy ?? "", dnsPolicies, `${field}.dnsPolicy`),
    ...validateLabels(spec.nodeSelector, `${field}.nodeSelector`),
    ...validatePodSecurityContext(spec, `${field}.securityContext`),
    ...validateAffinity(spec.affinity, `${field}.affinity`),
    ...validateDns(spec, `${field}.dnsConfig`),
    ...validateGates(spec, field),
    ...validateSpread(
      (spec.topologySpreadConstraints ?? []) as readonly SpreadConstraint[],
      `${field}.topologySpreadConstraints`,
    ),
    ...validateHostProcess(spec, field),
    ...validateHostUsers(spec, field),
    ...validateNames(spec, field),
    ...validateOs(spec, field),
  ];
}

const validateResourceClaims = ({ resourceClaims = [] }: Spec, field: string): readonly Cause[] =>
  each(resourceClaims, field, (claim, at, index) => {
    const { name = "", resourceClaimName: own, resourceClaimTemplateName: template } = claim;
    const isTaken = name !== "" && resourceClaims.slice(0, index).some((other) => other.name === name);
    return [
      ...(isTaken ? [cause.duplicate(`${at}.name`, name)] : checkedName(dnsLabel, name, `${at}.name`)),
      ...when(
        own !== undefined && template !== undefined,
        cause.invalid(
          at,
          claim,
          "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified",
        ),
      ),
      ...when(
        own === undefined && template === undefined,
        cause.invalid(at, claim, "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"),
      ),
      ...(own === undefined ? [] : checked(dnsSubdomain, own, `${at}.resourceClaimName`)),
      ...(template === undefined ? [] : checked(dnsSubdomain, template, `${at}.resourceClaimTemplateName`)),
    ];
  });

/** On the network of the board, a container's ports are the board's. In templates they may be left out. */
const validateHostNetwork = (
  { hostNetwork, containers }: Spec,
  field: string,
  { isPod }: SpecPlace,
): readonly Cause[] =>
  each(hostNetwork === true ? containers : [], field, ({ ports }, containerAt) =>
    each(ports, `${containerAt}.ports`, ({ hostPort = 0, containerPort = 0 }, at) =>
      when(
        (isPod || hostPort !== 0) && hostPort !== containerPort,
        cause.invalid(`${at}.hostPort`, hostPort, "must match `containerPort` when `hostNetwork` is true"),
      ),
    ),
  );

const validateGates = ({ readinessGates, schedulingGates = [] }: Spec, field: string): readonly Cause[] => [
  ...each(readinessGates, `${field}.readinessGates`, ({ conditionType = "" }, at) =>
    checked(qualifiedName, conditionType, `${at}.conditionType`),
  ),
  ...each(schedulingGates, `${field}.schedulingGates`, ({ name = "" }, at, index) => [
    ...checked(qualifiedName, name, at),
    ...when(
      schedulingGates.slice(0, index).some((other) => (other.name ?? "") === name),
      cause.duplicate(at, name),
    ),
  ]),
];

/** Users of one's own and the host's namespaces do not go together. */
function validateHostUsers(
  { hostUsers, hostNetwork, hostPID, hostIPC }: Spec,
  field: string,
): readonly Cause[] {
  if (hostUsers !== false) return [];
  const forbidden = (at: string) => cause.forbidden(`${field}.${at}`, "when `pod.Spec.HostUsers` is false");
  return [
    ...when(hostNetwork === true, forbidden("hostNetwork")),
    ...when(hostPID === true, forbidden("HostPID")),
    ...when(hostIPC === true, forbidden("HostIPC")),
  ];
}

const validateNames = (spec: Spec, field: string): readonly Cause[] => [
  ...checkedIfSaid(dnsSubdomain, spec.serviceAccountName, `${field}.serviceAccountName`),
  ...checkedIfSaid(dnsSubdomain, spec.nodeName, `${field}.nodeName`),
  ...validateBetween(spec.activeDeadlineSeconds, 1, int32Max, `${field}.activeDeadlineSeconds`),
  ...checkedIfSaid(dnsLabel, spec.hostname, `${field}.hostname`),
  ...checkedIfSaid(dnsLabel, spec.subdomain, `${field}.subdomain`),
  ...validateTolerations(spec.tolerations, `${field}.tolerations`),
  ...validateHostAliases(spec.hostAliases, `${field}.hostAliases`),
  ...checkedIfSaid(dnsSubdomain, spec.priorityClassName, `${field}.priorityClassName`),
  ...(spec.runtimeClassName === undefined
    ? []
    : checked(dnsSubdomain, spec.runtimeClassName, `${field}.runtimeClassName`)),
  ...(spec.preemptionPolicy === undefined
    ? []
    : validateChoice(spec.preemptionPolicy, preemptionPolicies, `${field}.preemptionPolicy`)),
  ...(spec.overhead === undefined
    ? []
    : validateResources({ limits: spec.overhead }, `${field}.overhead`, { claims: [] })),
];

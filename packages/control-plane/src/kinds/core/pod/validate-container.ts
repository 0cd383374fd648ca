/** The rules of one container: image, ports, environment, mounts, resources. Pure. */
import type { Container, ContainerPort, EnvFromSource, EnvVar } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel, environmentName, portName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { validateChoice, validateInside } from "../../rules.ts";
import type { Lifecycle, Probe, VolumeMount } from "./parts.ts";
import { validateLifecycle, validateProbe } from "./validate-probe.ts";
import { validateResources } from "./validate-resources.ts";

export interface ContainerPlace {
  /** Names of the pod's volumes. */
  readonly volumes: ReadonlySet<string>;
  readonly hostNetwork: boolean;
  readonly isInit: boolean;
}

const pullPolicies = ["Always", "IfNotPresent", "Never"];
const protocols = ["SCTP", "TCP", "UDP"];
const outOfRange = "must be between 1 and 65535, inclusive";
const idRange = "must be between 0 and 2147483647, inclusive";
const idMax = 2_147_483_647;

export function validateContainer(
  container: Received<Container>,
  field: string,
  place: ContainerPlace,
): readonly Cause[] {
  const { name = "", image = "", ports = [], env = [], envFrom = [] } = container;
  const wrongName = name === "" ? undefined : dnsLabel(name);
  return [
    ...(name === "" ? [cause.required(`${field}.name`)] : []),
    ...(wrongName === undefined ? [] : [cause.invalid(`${field}.name`, name, wrongName)]),
    ...(image === "" ? [cause.required(`${field}.image`)] : []),
    ...(image !== image.trim()
      ? [cause.invalid(`${field}.image`, image, "must not have leading or trailing whitespace")]
      : []),
    ...validateChoice(container.imagePullPolicy ?? "", pullPolicies, `${field}.imagePullPolicy`),
    ...validateChoice(
      container.terminationMessagePolicy ?? "",
      ["FallbackToLogsOnError", "File"],
      `${field}.terminationMessagePolicy`,
    ),
    ...validatePorts(ports, `${field}.ports`, place.hostNetwork),
    ...env.flatMap((variable, i) => validateEnv(variable, `${field}.env[${i}]`)),
    ...envFrom.flatMap((source, i) => validateEnvFrom(source, `${field}.envFrom[${i}]`)),
    ...validateMounts(
      (container.volumeMounts ?? []) as readonly VolumeMount[],
      `${field}.volumeMounts`,
      place.volumes,
    ),
    ...validateResources(container.resources ?? {}, `${field}.resources`),
    ...validateProbes(container, field, place),
    ...validateIdentity(container.securityContext ?? {}, `${field}.securityContext`),
  ];
}

function validatePorts(
  ports: readonly Received<ContainerPort>[],
  field: string,
  hostNetwork: boolean,
): readonly Cause[] {
  const names = ports.map(({ name = "" }) => name);
  return ports.flatMap((port, i) => {
    const { name = "", containerPort = 0, hostPort = 0, protocol = "" } = port;
    const wrongName = name === "" ? undefined : portName(name);
    return [
      ...(wrongName === undefined ? [] : [cause.invalid(`${field}[${i}].name`, name, wrongName)]),
      ...(name !== "" && names.indexOf(name) < i ? [cause.duplicate(`${field}[${i}].name`, name)] : []),
      ...(containerPort === 0 ? [cause.required(`${field}[${i}].containerPort`)] : []),
      ...(containerPort < 0 || containerPort > 65_535
        ? [cause.invalid(`${field}[${i}].containerPort`, containerPort, outOfRange)]
        : []),
      ...(hostPort < 0 || hostPort > 65_535
        ? [cause.invalid(`${field}[${i}].hostPort`, hostPort, outOfRange)]
        : []),
      ...(hostNetwork && hostPort !== 0 && hostPort !== containerPort
        ? [
            cause.invalid(
              `${field}[${i}].hostPort`,
              hostPort,
              "must match `containerPort` when `hostNetwork` is true",
            ),
          ]
        : []),
      ...validateChoice(protocol, protocols, `${field}[${i}].protocol`),
    ];
  });
}

function validateEnv(
  { name = "", value = "", valueFrom }: Received<EnvVar>,
  field: string,
): readonly Cause[] {
  const wrong = name === "" ? undefined : environmentName(name);
  const sources = Object.entries(valueFrom ?? {}).filter(([, source]) => source !== undefined);
  return [
    ...(name === "" ? [cause.required(`${field}.name`)] : []),
    ...(wrong === undefined ? [] : [cause.invalid(`${field}.name`, name, wrong)]),
    ...(valueFrom !== undefined && value !== ""
      ? [cause.invalid(`${field}.valueFrom`, "", "may not be specified when `value` is not empty")]
      : []),
    ...(valueFrom !== undefined && sources.length === 0
      ? [
          cause.invalid(
            `${field}.valueFrom`,
            "",
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`",
          ),
        ]
      : []),
    ...(sources.length > 1
      ? [cause.invalid(`${field}.valueFrom`, "", "may not have more than one field specified at a time")]
      : []),
    ...validateSources(valueFrom ?? {}, `${field}.valueFrom`),
  ];
}

function validateSources(from: NonNullable<Received<EnvVar>["valueFrom"]>, field: string): readonly Cause[] {
  const keyed = [
    ["configMapKeyRef", from.configMapKeyRef],
    ["secretKeyRef", from.secretKeyRef],
  ] as const;
  return [
    ...(from.fieldRef === undefined
      ? []
      : validateFieldPath(from.fieldRef.fieldPath ?? "", `${field}.fieldRef.fieldPath`)),
    ...(from.resourceFieldRef !== undefined && !from.resourceFieldRef.resource
      ? [cause.required(`${field}.resourceFieldRef.resource`)]
      : []),
    ...keyed.flatMap(([part, ref]) => [
      ...(ref !== undefined && !ref.name ? [cause.required(`${field}.${part}.name`)] : []),
      ...(ref !== undefined && !ref.key ? [cause.required(`${field}.${part}.key`)] : []),
    ]),
  ];
}

const fieldPaths = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];
const mapPath = /^metadata\.(labels|annotations)\['[^']+'\]$/;

function validateFieldPath(path: string, field: string): readonly Cause[] {
  if (path === "") return [cause.required(field)];
  return fieldPaths.includes(path) || mapPath.test(path) ? [] : [cause.notSupported(field, path, fieldPaths)];
}

function validateEnvFrom(
  { configMapRef, secretRef }: Received<EnvFromSource>,
  field: string,
): readonly Cause[] {
  if (configMapRef === undefined && secretRef === undefined) {
    return [cause.invalid(field, "", "must specify one of: `configMapRef` or `secretRef`")];
  }
  return [
    ...(configMapRef !== undefined && secretRef !== undefined
      ? [cause.invalid(field, "", "may not have more than one field specified at a time")]
      : []),
    ...(configMapRef !== undefined && !configMapRef.name
      ? [cause.required(`${field}.configMapRef.name`)]
      : []),
    ...(secretRef !== undefined && !secretRef.name ? [cause.required(`${field}.secretRef.name`)] : []),
  ];
}

function validateMounts(
  mounts: readonly VolumeMount[],
  field: string,
  volumes: ReadonlySet<string>,
): readonly Cause[] {
  const paths = mounts.map(({ mountPath = "" }) => mountPath);
  return mounts.flatMap(({ name = "", mountPath = "", subPath = "", subPathExpr = "" }, i) => [
    ...(name === ""
      ? [cause.required(`${field}[${i}].name`)]
      : volumes.has(name)
        ? []
        : [cause.notFound(`${field}[${i}].name`, name)]),
    ...(mountPath === "" ? [cause.required(`${field}[${i}].mountPath`)] : []),
    ...(mountPath !== "" && paths.indexOf(mountPath) < i
      ? [cause.invalid(`${field}[${i}].mountPath`, mountPath, "must be unique")]
      : []),
    ...(subPath !== "" && subPathExpr !== ""
      ? [
          cause.invalid(
            `${field}[${i}].subPathExpr`,
            subPathExpr,
            "subPathExpr and subPath are mutually exclusive",
          ),
        ]
      : []),
    ...[subPath, subPathExpr].flatMap((path) => validateInside(path, `${field}[${i}].subPath`)),
  ]);
}

function validateProbes(
  container: Received<Container>,
  field: string,
  { isInit }: ContainerPlace,
): readonly Cause[] {
  const { restartPolicy } = container;
  const isOneShot = isInit && restartPolicy !== "Always";
  const probes = ["livenessProbe", "readinessProbe", "startupProbe"] as const;
  const wrongPolicy = isInit
    ? restartPolicy !== undefined && restartPolicy !== "Always"
    : restartPolicy !== undefined;
  return [
    ...(wrongPolicy
      ? [
          isInit
            ? cause.notSupported(`${field}.restartPolicy`, restartPolicy, ["Always"])
            : cause.forbidden(`${field}.restartPolicy`, "may not be set for non-init containers"),
        ]
      : []),
    ...probes.flatMap((name) => {
      const probe = container[name] as Probe | undefined;
      if (probe === undefined) return [];
      if (isOneShot)
        return [
          cause.forbidden(
            `${field}.${name}`,
            "may not be set for init containers without restartPolicy=Always",
          ),
        ];
      return validateProbe(probe, `${field}.${name}`, name !== "readinessProbe");
    }),
    ...(container.lifecycle === undefined
      ? []
      : isOneShot
        ? [
            cause.forbidden(
              `${field}.lifecycle`,
              "may not be set for init containers without restartPolicy=Always",
            ),
          ]
        : validateLifecycle(container.lifecycle as Lifecycle, `${field}.lifecycle`)),
  ];
}

function validateIdentity(
  context: NonNullable<Received<Container>["securityContext"]>,
  field: string,
): readonly Cause[] {
  const ids = (["runAsUser", "runAsGroup"] as const).flatMap((part) => {
    const id = context[part];
    return id !== undefined && (id < 0 || id > idMax) ? [cause.invalid(`${field}.${part}`, id, idRange)] : [];
  });
  const { privileged, allowPrivilegeEscalation } = context;
  return allowPrivilegeEscalation === false && privileged === true
    ? [
        ...ids,
        cause.invalid(
          field,
          context,
          "cannot set `allowPrivilegeEscalation` to false and `privileged` to true",
        ),
      ]
    : ids;
}

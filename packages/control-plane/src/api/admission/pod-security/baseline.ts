/** What no pod may do that is not trusted with its board. In the order of the checks' names. */
import type { Container, SecurityContext } from "@kubus/shared/api/pod.ts";
import { containersOf, volumesOf, type Check, type Checked, type Violation } from "./standard.ts";
import { named, plural, quoted, setters, sorted } from "./words.ts";

type SeLinux = Partial<Record<"type" | "user" | "role" | "level", string>>;
export const guilty = (
  pod: Checked,
  isGuilty: (context: SecurityContext, container: Container) => boolean,
): readonly Container[] =>
  containersOf(pod).filter((container) => isGuilty(container.securityContext ?? {}, container));

const baselineCapabilities = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
];

export const addedBeyond = (pod: Checked, allowed: readonly string[]) => {
  const beyond = ({ capabilities }: SecurityContext) =>
    (capabilities?.add ?? []).filter((name) => !allowed.includes(name));
  const containers = guilty(pod, (context) => beyond(context).length > 0);
  const names = sorted(containers.flatMap(({ securityContext }) => beyond(securityContext ?? {})));
  return { containers, names };
};

const allowedAppArmor = ["RuntimeDefault", "Localhost"];
const appArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/";

function appArmor(pod: Checked): Violation | undefined {
  const isBad = (type: string | undefined) => type !== undefined && !allowedAppArmor.includes(type);
  const podType = pod.spec.securityContext?.appArmorProfile?.type;
  const containers = guilty(pod, ({ appArmorProfile }) => isBad(appArmorProfile?.type));
  const annotations = Object.entries(pod.metadata?.annotations ?? {}).filter(
    ([key, value]) =>
      key.startsWith(appArmorAnnotation) &&
      value !== "" &&
      value !== "runtime/default" &&
      !value.startsWith("localhost/"),
  );
  const values = [
    ...(isBad(podType) ? [podType ?? ""] : []),
    ...containers.map(({ securityContext }) => securityContext?.appArmorProfile?.type ?? ""),
    ...annotations.map(([, value]) => value),
  ];
  if (values.length === 0) return undefined;
  const who = [
    setters(isBad(podType), containers),
    ...(annotations.length === 0
      ? []
      : [
          `${plural(annotations.length, "annotation", "annotations")} ${quoted(annotations.map(([key]) => key))}`,
        ]),
  ].filter((part) => part !== "");
  return {
    reason: plural(values.length, "forbidden AppArmor profile", "forbidden AppArmor profiles"),
    detail: `${who.join(" and ")} must not set AppArmor profile type to ${quoted(sorted(values))}`,
  };
}

function hostPorts(pod: Checked): Violation | undefined {
  const portsIn = ({ ports = [] }: Container) =>
    ports.flatMap(({ hostPort = 0 }) => (hostPort === 0 ? [] : [hostPort]));
  const containers = guilty(pod, (_, container) => portsIn(container).length > 0);
  if (containers.length === 0) return undefined;
  const ports = [...new Set(containers.flatMap(portsIn))].sort((a, b) => a - b);
  const verb = plural(containers.length, "uses", "use");
  return {
    reason: "hostPort",
    detail: `${named(containers)} ${verb} ${plural(ports.length, "hostPort", "hostPorts")} ${ports.join(", ")}`,
  };
}

function hostNamespaces({ spec }: Checked): Violation | undefined {
  const used = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((name) => spec[name] === true);
  return used.length === 0
    ? undefined
    : { reason: "host namespaces", detail: used.map((name) => `${name}=true`).join(", ") };
}

function seLinux(pod: Checked, minor: number): Violation | undefined {
  const types = [
    "",
    "container_t",
    "container_init_t",
    "container_kvm_t",
    ...(minor >= 31 ? ["container_engine_t"] : []),
  ];
  const faults = (options: SeLinux) => ({
    type: types.includes(options.type ?? "") ? undefined : options.type,
    user: (options.user ?? "") !== "",
    role: (options.role ?? "") !== "",
  });
  const isBad = (options: unknown) => {
    const { type, user, role } = faults(options ?? {});
    return type !== undefined || user || role;
  };
  const podOptions = pod.spec.securityContext?.seLinuxOptions;
  const containers = guilty(pod, ({ seLinuxOptions }) => isBad(seLinuxOptions));
  if (containers.length === 0 && !isBad(podOptions)) return undefined;
  const all = [podOptions, ...containers.map(({ securityContext }) => securityContext?.seLinuxOptions)].map(
    (one) => faults((one ?? {}) as SeLinux),
  );
  const bad = sorted(all.flatMap(({ type }) => (type === undefined ? [] : [type])));
  const data = [
    ...(bad.length === 0 ? [] : [`${plural(bad.length, "type", "types")} ${quoted(bad)}`]),
    ...(all.some(({ user }) => user) ? ["user may not be set"] : []),
    ...(all.some(({ role }) => role) ? ["role may not be set"] : []),
  ];
  return {
    reason: "seLinuxOptions",
    detail: `${setters(isBad(podOptions), containers)} set forbidden securityContext.seLinuxOptions: ${data.join("; ")}`,
  };
}

const sysctlsSince: Readonly<Record<string, number>> = {
  "kernel.shm_rmid_forced": 0,
  "net.ipv4.ip_local_port_range": 0,
  "net.ipv4.tcp_syncookies": 0,
  "net.ipv4.ping_group_range": 0,
  "net.ipv4.ip_unprivileged_port_start": 0,
  "net.ipv4.ip_local_reserved_ports": 27,
  "net.ipv4.tcp_keepalive_time": 29,
  "net.ipv4.tcp_fin_timeout": 29,
  "net.ipv4.tcp_keepalive_intvl": 29,
  "net.ipv4.tcp_keepalive_probes": 29,
  "net.ipv4.tcp_rmem": 32,
  "net.ipv4.tcp_wmem": 32,
};

export const baselineChecks: Readonly<Record<string, Check>> = {
  appArmorProfile: appArmor,
  capabilities_baseline: (pod) => {
    const { containers, names } = addedBeyond(pod, baselineCapabilities);
    if (containers.length === 0) return undefined;
    const detail = `${named(containers)} must not include ${quoted(names)} in securityContext.capabilities.add`;
    return { reason: "non-default capabilities", detail };
  },
  hostNamespaces,
  hostPathVolumes: (pod) => {
    const names = volumesOf(pod)
      .filter(({ hostPath }) => hostPath !== undefined)
      .map(({ name }) => name);
    if (names.length === 0) return undefined;
    return {
      reason: "hostPath volumes",
      detail: `${plural(names.length, "volume", "volumes")} ${quoted(names)}`,
    };
  },
  hostPorts,
  privileged: (pod) => {
    const containers = guilty(pod, ({ privileged }) => privileged === true);
    if (containers.length === 0) return undefined;
    return {
      reason: "privileged",
      detail: `${named(containers)} must not set securityContext.privileged=true`,
    };
  },
  procMount: (pod) => {
    const isBad = (mount: string | undefined) => mount !== undefined && mount !== "Default";
    const containers = guilty(pod, ({ procMount }) => isBad(procMount));
    if (containers.length === 0) return undefined;
    const values = sorted(containers.map(({ securityContext }) => securityContext?.procMount ?? ""));
    return {
      reason: "procMount",
      detail: `${named(containers)} must not set securityContext.procMount to ${quoted(values)}`,
    };
  },
  seLinuxOptions: seLinux,
  seccompProfile_baseline: (pod) => badSeccomp(pod, (type) => type === "Unconfined"),
  sysctls: ({ spec }, minor) => {
    const forbidden = (spec.securityContext?.sysctls ?? [])
      .map(({ name }) => name)
      .filter(
        (name) =>
          (sysctlsSince[name] ?? Number.POSITIVE_INFINITY) > minor || sysctlsSince[name] === undefined,
      );
    return forbidden.length === 0 ? undefined : { reason: "forbidden sysctls", detail: forbidden.join(", ") };
  },
  windowsHostProcess: (pod) => {
    const isPod = pod.spec.securityContext?.windowsOptions?.hostProcess === true;
    const containers = guilty(pod, ({ windowsOptions }) => windowsOptions?.hostProcess === true);
    if (!isPod && containers.length === 0) return undefined;
    return {
      reason: "hostProcess",
      detail: `${setters(isPod, containers)} must not set securityContext.windowsOptions.hostProcess=true`,
    };
  },
};

/** Who sets a profile that may not be set. */
export function badSeccomp(pod: Checked, isBad: (type: string) => boolean): Violation | undefined {
  const typeOf = (context: SecurityContext | undefined) => context?.seccompProfile?.type;
  const wrong = (type: string | undefined) => type !== undefined && isBad(type);
  const podType = pod.spec.securityContext?.seccompProfile?.type;
  const containers = guilty(pod, (context) => wrong(typeOf(context)));
  if (!wrong(podType) && containers.length === 0) return undefined;
  const values = sorted([
    ...(podType !== undefined && wrong(podType) ? [podType] : []),
    ...containers.map(({ securityContext }) => typeOf(securityContext) ?? ""),
  ]);
  return {
    reason: "seccompProfile",
    detail: `${setters(wrong(podType), containers)} must not set securityContext.seccompProfile.type to ${quoted(values)}`,
  };
}

/** What a pod must promise that follows today's good practice. In the order of the checks' names. */
import { addedBeyond, badSeccomp, guilty } from "./baseline.ts";
import { volumesOf, type Check, type Checked, type Violation } from "./standard.ts";
import { named, plural, quoted, setters, sorted } from "./words.ts";

const allowedVolumes = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];
const allowedSeccomp = ["RuntimeDefault", "Localhost"];

/** Rules of Linux mean nothing there. */
const isWindows = ({ spec }: Checked, minor: number): boolean => minor >= 25 && spec.os?.name === "windows";

function capabilities(pod: Checked, minor: number): Violation | undefined {
  if (minor < 22 || isWindows(pod, minor)) return undefined;
  const keeping = guilty(pod, ({ capabilities: own }) => own?.drop?.includes("ALL") !== true);
  const { containers, names } = addedBeyond(pod, ["NET_BIND_SERVICE"]);
  const details = [
    ...(keeping.length === 0 ? [] : [`${named(keeping)} must set securityContext.capabilities.drop=["ALL"]`]),
    ...(containers.length === 0
      ? []
      : [`${named(containers)} must not include ${quoted(names)} in securityContext.capabilities.add`]),
  ];
  return details.length === 0
    ? undefined
    : { reason: "unrestricted capabilities", detail: details.join("; ") };
}

function volumes(pod: Checked): Violation | undefined {
  const typeOf = (volume: object) => Object.keys(volume).find((key) => key !== "name") ?? "emptyDir";
  const bad = volumesOf(pod).filter((volume) => !allowedVolumes.includes(typeOf(volume)));
  if (bad.length === 0) return undefined;
  const types = sorted(bad.map(typeOf));
  const verb = plural(bad.length, "uses", "use");
  return {
    reason: "restricted volume types",
    detail: `${plural(bad.length, "volume", "volumes")} ${quoted(bad.map(({ name }) => name))} ${verb} restricted volume ${plural(types.length, "type", "types")} ${quoted(types)}`,
  };
}

function runAsNonRoot(pod: Checked): Violation | undefined {
  const reason = "runAsNonRoot != true";
  const ofPod = pod.spec.securityContext?.runAsNonRoot;
  const denying = guilty(pod, ({ runAsNonRoot: own }) => own === false);
  if (ofPod === false || denying.length > 0)
    return {
      reason,
      detail: `${setters(ofPod === false, denying)} must not set securityContext.runAsNonRoot=false`,
    };
  const silent = ofPod === true ? [] : guilty(pod, ({ runAsNonRoot: own }) => own === undefined);
  if (silent.length === 0) return undefined;
  return { reason, detail: `pod or ${named(silent)} must set securityContext.runAsNonRoot=true` };
}

function seccomp(pod: Checked, minor: number): Violation | undefined {
  if (minor < 19 || isWindows(pod, minor)) return undefined;
  const bad = badSeccomp(pod, (type) => !allowedSeccomp.includes(type));
  if (bad !== undefined) return bad;
  if (pod.spec.securityContext?.seccompProfile !== undefined) return undefined;
  const silent = guilty(pod, ({ seccompProfile }) => seccompProfile === undefined);
  if (silent.length === 0) return undefined;
  return {
    reason: "seccompProfile",
    detail: `pod or ${named(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
}

export const restrictedChecks: Readonly<Record<string, Check>> = {
  allowPrivilegeEscalation: (pod, minor) => {
    if (isWindows(pod, minor)) return undefined;
    const containers = guilty(pod, ({ allowPrivilegeEscalation }) => allowPrivilegeEscalation !== false);
    if (containers.length === 0) return undefined;
    return {
      reason: "allowPrivilegeEscalation != false",
      detail: `${named(containers)} must set securityContext.allowPrivilegeEscalation=false`,
    };
  },
  capabilities_restricted: capabilities,
  restrictedVolumes: volumes,
  runAsNonRoot,
  runAsUser: (pod, minor) => {
    const isPod = pod.spec.securityContext?.runAsUser === 0;
    const containers = guilty(pod, ({ runAsUser }) => runAsUser === 0);
    if (minor < 23 || (!isPod && containers.length === 0)) return undefined;
    return { reason: "runAsUser=0", detail: `${setters(isPod, containers)} must not set runAsUser=0` };
  },
  seccompProfile_restricted: seccomp,
};

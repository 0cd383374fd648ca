/** The rules of whom and with what powers pods and containers run as (core validation). Pure. */
import type { AppArmorProfile, PodSpec, SeccompProfile, SecurityContext } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { each, validateBetween, validateChoiceIfSaid, validateInside, when } from "../../rules.ts";
import { validateWindowsOptions } from "./validate-windows.ts";

const idMax = 2_147_483_647;
const profileTypes = ["Localhost", "RuntimeDefault", "Unconfined"];
const localhostProfileBytesMax = 4_095;
const sysctlBytesMax = 253;
const sysctlName = "([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?";

const validateId = (id: number | undefined, field: string) => validateBetween(id, 0, idMax, field);

/** The security context of a container. */
export function validateSecurityContext(
  context: Received<SecurityContext>,
  field: string,
  { hostUsers }: { readonly hostUsers: boolean },
): readonly Cause[] {
  const { procMount } = context;
  return [
    ...validateId(context.runAsUser, `${field}.runAsUser`),
    ...validateId(context.runAsGroup, `${field}.runAsGroup`),
    ...validateChoiceIfSaid(procMount, ["Default", "Unmasked"], `${field}.procMount`),
    ...when(
      hostUsers && procMount === "Unmasked",
      cause.invalid(`${field}.procMount`, procMount, "`hostUsers` must be false to use `Unmasked`"),
    ),
    ...validateSeccomp(context.seccompProfile, `${field}.seccompProfile`),
    ...validateEscalation(context, field),
    ...validateWindowsOptions(context.windowsOptions, `${field}.windowsOptions`),
    ...validateAppArmor(context.appArmorProfile, `${field}.appArmorProfile`),
  ];
}

/** Who may not get more power must not have all of it from the start. */
function validateEscalation(context: Received<SecurityContext>, field: string): readonly Cause[] {
  if (context.allowPrivilegeEscalation !== false) return [];
  const wrong = (what: string) =>
    cause.invalid(field, context, `cannot set \`allowPrivilegeEscalation\` to false and ${what}`);
  const admins = (context.capabilities?.add ?? []).filter((name) => name === "CAP_SYS_ADMIN");
  return [
    ...when(context.privileged === true, wrong("`privileged` to true")),
    ...admins.map(() => wrong("`capabilities.Add` CAP_SYS_ADMIN")),
  ];
}

/** The security context of a pod. Some of what it forbids stands beside it, in the spec. */
export function validatePodSecurityContext(spec: Received<PodSpec>, field: string): readonly Cause[] {
  const { securityContext: context } = spec;
  if (context === undefined) return [];
  return [
    ...validateId(context.fsGroup, `${field}.fsGroup`),
    ...validateId(context.runAsUser, `${field}.runAsUser`),
    ...validateId(context.runAsGroup, `${field}.runAsGroup`),
    ...each(context.supplementalGroups, `${field}.supplementalGroups`, validateId),
    ...when(
      spec.shareProcessNamespace === true && spec.hostPID === true,
      cause.invalid(
        `${field}.shareProcessNamespace`,
        true,
        "ShareProcessNamespace and HostPID cannot both be enabled",
      ),
    ),
    ...validateSysctls(spec, `${field}.sysctls`),
    ...validateChoiceIfSaid(
      context.fsGroupChangePolicy,
      ["Always", "OnRootMismatch"],
      `${field}.fsGroupChangePolicy`,
    ),
    ...validateSeccomp(context.seccompProfile, `${field}.seccompProfile`),
    ...validateWindowsOptions(context.windowsOptions, `${field}.windowsOptions`),
    ...validateAppArmor(context.appArmorProfile, `${field}.appArmorProfile`),
    ...validateChoiceIfSaid(
      context.supplementalGroupsPolicy,
      ["Merge", "Strict"],
      `${field}.supplementalGroupsPolicy`,
    ),
    ...validateChoiceIfSaid(
      context.seLinuxChangePolicy,
      ["MountOption", "Recursive"],
      `${field}.seLinuxChangePolicy`,
    ),
  ];
}

function validateSysctls(
  { securityContext, hostNetwork, hostIPC }: Received<PodSpec>,
  field: string,
): readonly Cause[] {
  const sysctls = securityContext?.sysctls ?? [];
  const whole = `^${sysctlName}$`;
  return each(sysctls, field, ({ name = "" }, item, index) => {
    const at = `${item}.name`;
    const namespace = sysctlNamespaceOf(name);
    const isRepeated = sysctls.slice(0, index).some((other) => other.name === name);
    const isWrong = name.length > sysctlBytesMax || !new RegExp(whole).test(name);
    const format = `must have at most ${sysctlBytesMax} characters and match regex ${whole}`;
    return [
      ...(name === ""
        ? [cause.required(at)]
        : isWrong
          ? [cause.invalid(at, name, format)]
          : when(isRepeated, cause.duplicate(at, name))),
      ...when(
        hostNetwork === true && namespace === "net",
        cause.invalid(at, name, "may not be specified when 'hostNetwork' is true"),
      ),
      ...when(
        hostIPC === true && namespace === "ipc",
        cause.invalid(at, name, "may not be specified when 'hostIPC' is true"),
      ),
    ];
  });
}

/** What of the kernel a setting belongs to, when it is a namespace of its own. */
function sysctlNamespaceOf(name: string): "ipc" | "net" | undefined {
  const dotted = name.includes("/") && !/^[^/]*\./.test(name) ? name.replaceAll("/", ".") : name;
  if (dotted.startsWith("net.")) return "net";
  const isIpc = /^(kernel\.(sem|msg|shm)|fs\.mqueue\.)/.test(dotted);
  return isIpc ? "ipc" : undefined;
}

function validateSeccomp(profile: Received<SeccompProfile> | undefined, field: string): readonly Cause[] {
  if (profile === undefined) return [];
  const { type = "", localhostProfile: file } = profile;
  const isLocal = type === "Localhost";
  const at = `${field}.localhostProfile`;
  return [
    ...validateProfileType(type, `${field}.type`, "seccompProfile"),
    ...when(isLocal && file === undefined, cause.required(at, "must be set when seccomp type is Localhost")),
    ...(isLocal && file !== undefined ? validateInside(file, at) : []),
    ...when(
      !isLocal && file !== undefined,
      cause.invalid(at, profile, "can only be set when seccomp type is Localhost"),
    ),
  ];
}

function validateAppArmor(profile: Received<AppArmorProfile> | undefined, field: string): readonly Cause[] {
  if (profile === undefined) return [];
  const { type = "", localhostProfile: name } = profile;
  const at = `${field}.localhostProfile`;
  const needed = cause.required(at, "must be set when AppArmor type is Localhost");
  if (type !== "Localhost") {
    const isKnown = profileTypes.includes(type);
    return [
      ...when(
        isKnown && name !== undefined,
        cause.invalid(at, name, "can only be set when AppArmor type is Localhost"),
      ),
      ...validateProfileType(type, `${field}.type`, "appArmorProfile"),
    ];
  }
  if (name === undefined) return [needed];
  const isPadded = name.trim() !== name;
  return [
    ...when(isPadded, cause.invalid(at, name, "must not be padded with whitespace")),
    ...when(name === "", needed),
    ...when(name.length > localhostProfileBytesMax, cause.tooLong(at, localhostProfileBytesMax)),
  ];
}

function validateProfileType(type: string, field: string, profile: string): readonly Cause[] {
  if (type === "") return [cause.required(field, `type is required when ${profile} is set`)];
  return when(!profileTypes.includes(type), cause.notSupported(field, type, profileTypes));
}

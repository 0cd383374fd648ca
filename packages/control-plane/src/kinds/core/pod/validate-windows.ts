/** The rules of what only Windows knows, and of what a pod for one system may not say (core validation). Pure. */
import type { Container, PodSpec, WindowsSecurityContextOptions } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsSubdomain } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checkedIfSaid, when } from "../../rules.ts";
import { visitContainers } from "./visit.ts";

type Spec = Received<PodSpec>;
type Options = Received<WindowsSecurityContextOptions>;

const specKibMax = 64;
const domainLengthMax = 256;
const userLengthMax = 104;

export function validateWindowsOptions(options: Options | undefined, field: string): readonly Cause[] {
  if (options === undefined) return [];
  const { gmsaCredentialSpecName, gmsaCredentialSpec: spec, runAsUserName: user } = options;
  const specField = `${field}.gmsaCredentialSpec`;
  return [
    ...checkedIfSaid(dnsSubdomain, gmsaCredentialSpecName, `${field}.gmsaCredentialSpecName`),
    ...when(spec === "", cause.invalid(specField, spec, "gmsaCredentialSpec cannot be an empty string")),
    ...when(
      (spec ?? "").length > specKibMax * 1024,
      cause.invalid(specField, spec, `gmsaCredentialSpec size must be under ${specKibMax} KiB`),
    ),
    ...(user === undefined
      ? []
      : whyNoUser(user).map((why) => cause.invalid(`${field}.runAsUserName`, user, `runAsUserName${why}`))),
  ];
}

/** `DOMAIN\user`; the domain may be left out. */
function whyNoUser(name: string): readonly string[] {
  if (name === "") return [" cannot be an empty string"];

  if (/[\u0000-\u001f\u007f]/.test(name)) return [" cannot contain control characters"];
  const parts = name.split("\\");
  if (parts.length > 2) return [" cannot contain more than one backslash"];
  const user = parts.at(-1) ?? "";
  const domain = parts.length === 2 ? parts[0] : undefined;
  const label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
  const isDomain =
    domain === undefined ||
    /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/.test(domain) ||
    new RegExp(`^${label}(?:\\.${label})*$`).test(domain);
  return [
    ...((domain ?? "").length >= domainLengthMax
      ? [`'s Domain length must be under ${domainLengthMax} characters`]
      : []),
    ...(isDomain ? [] : ["'s Domain doesn't match the NetBios nor the DNS format"]),
    ...(user === "" ? ["'s User cannot be empty"] : []),
    ...(user.length > userLengthMax
      ? [`'s User length must not be longer than ${userLengthMax} characters`]
      : []),
    ...(/^[. ]+$/.test(user) ? ["'s User cannot contain only periods or spaces"] : []),
    ...(/["/\\:;|=,+*?<>@[\]]/.test(user)
      ? ["'s User cannot contain the following characters: \"/\\:;|=,+*?<>@[]"]
      : []),
  ];
}

/** Containers that are processes of the host: all of a pod, or none. */
export function validateHostProcess(spec: Spec, field: string): readonly Cause[] {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  const all = visitContainers(spec, field).map(({ container, at }) => {
    const own = container.securityContext?.windowsOptions?.hostProcess;
    return { own, at, isHostProcess: own ?? ofPod ?? false };
  });
  const count = all.filter(({ isHostProcess }) => isHostProcess).length;
  return [
    ...all.flatMap(({ own, at }) =>
      when(
        ofPod !== undefined && own !== undefined && own !== ofPod,
        cause.invalid(
          `${at}.securityContext.windowsOptions.hostProcess`,
          own,
          `pod hostProcess value must be identical if both are specified, was ${String(ofPod)}`,
        ),
      ),
    ),
    ...when(
      count > 0 && count !== all.length,
      cause.invalid(
        field,
        "",
        "If pod contains any hostProcess containers then all containers must be HostProcess containers",
      ),
    ),
    ...when(
      count > 0 && spec.hostNetwork !== true,
      cause.invalid(
        `${field}.hostNetwork`,
        false,
        "hostNetwork must be true if pod contains any hostProcess containers",
      ),
    ),
  ];
}

const systems = ["linux", "windows"];

/** What a pod may not say when it says for which system it is. */
export function validateOs(spec: Spec, field: string): readonly Cause[] {
  const { os } = spec;
  if (os === undefined) return [];
  const { name = "" } = os;
  if (name === "") return [cause.required(`${field}.os.name`, "cannot be empty")];
  if (!systems.includes(name)) return [cause.notSupported(`${field}.os`, name, systems)];
  return name === "linux" ? forbiddenOnLinux(spec, field) : forbiddenOnWindows(spec, field);
}

function forbiddenOnLinux(spec: Spec, field: string): readonly Cause[] {
  const contexts = [
    { context: spec.securityContext, at: field },
    ...visitContainers(spec, field).map(({ container, at }) => ({ context: container.securityContext, at })),
  ];
  return contexts.flatMap(({ context, at }) =>
    when(
      context?.windowsOptions !== undefined,
      cause.forbidden(
        `${at}.securityContext.windowsOptions`,
        "windows options cannot be set for a linux pod",
      ),
    ),
  );
}

const ofPods = [
  "securityContext.appArmorProfile",
  "securityContext.seLinuxOptions",
  "hostUsers",
  "hostPID",
  "hostIPC",
  "securityContext.seccompProfile",
  "securityContext.fsGroup",
  "securityContext.fsGroupChangePolicy",
  "securityContext.sysctls",
  "shareProcessNamespace",
  "securityContext.runAsUser",
  "securityContext.runAsGroup",
  "securityContext.supplementalGroups",
  "securityContext.supplementalGroupsPolicy",
  "securityContext.seLinuxChangePolicy",
];
const ofContainers = [
  "appArmorProfile",
  "seLinuxOptions",
  "seccompProfile",
  "capabilities",
  "readOnlyRootFilesystem",
  "privileged",
  "allowPrivilegeEscalation",
  "procMount",
  "runAsUser",
  "runAsGroup",
].map((part) => `securityContext.${part}`);
/** These say nothing when they are false or empty. */
const plain = ["hostPID", "hostIPC", "securityContext.sysctls"];

function forbiddenOnWindows(spec: Spec, field: string): readonly Cause[] {
  const said = (object: Spec | Received<Container>, path: string): boolean => {
    const value = path
      .split(".")
      .reduce<unknown>(
        (part, name) => (part as Readonly<Record<string, unknown>> | undefined)?.[name],
        object,
      );
    return plain.includes(path)
      ? value === true || (Array.isArray(value) && value.length > 0)
      : value !== undefined;
  };
  const forbidden = (at: string) => cause.forbidden(at, "cannot be set for a windows pod");
  return [
    ...ofPods.filter((path) => said(spec, path)).map((path) => forbidden(`${field}.${path}`)),
    ...visitContainers(spec, field).flatMap(({ container, at }) =>
      ofContainers.filter((path) => said(container, path)).map((path) => forbidden(`${at}.${path}`)),
    ),
  ];
}

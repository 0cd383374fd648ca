/** The rules of annotations that say something about a pod, from before there were fields (core validation). Pure. */
import type { ObjectMeta } from "@kubus/shared/api/meta.ts";
import type { PodSpec } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { validateInside, when } from "../../rules.ts";
import { visitContainers } from "./visit.ts";

export const mirrorAnnotation = "kubernetes.io/config.mirror";
const deletionCost = "controller.kubernetes.io/pod-deletion-cost";
const seccompPod = "seccomp.security.alpha.kubernetes.io/pod";
const seccompContainer = "container.seccomp.security.alpha.kubernetes.io/";
const appArmor = "container.apparmor.security.beta.kubernetes.io/";
const localhost = "localhost/";
const int32Max = 2_147_483_647;

type Annotations = Received<ObjectMeta>["annotations"];

export function validatePodAnnotations(
  annotations: Annotations,
  spec: Received<PodSpec>,
  field: string,
): readonly Cause[] {
  const mirrored = annotations?.[mirrorAnnotation];
  const cost = annotations?.[deletionCost];
  return [
    ...when(
      mirrored !== undefined && (spec.nodeName ?? "") === "",
      cause.invalid(
        `${field}[${mirrorAnnotation}]`,
        mirrored,
        "must set spec.nodeName if mirror pod annotation is set",
      ),
    ),
    ...when(
      cost !== undefined && !isInt32(cost),
      cause.invalid(`${field}[${deletionCost}]`, cost, "must be a 32bit integer"),
    ),
    ...Object.entries(annotations ?? {}).flatMap(([key, value = ""]) =>
      key === seccompPod || key.startsWith(seccompContainer)
        ? validateSeccompName(value, `${field}.${key}`)
        : [],
    ),
    ...Object.entries(annotations ?? {}).flatMap(([key, value = ""]) =>
      key.startsWith(appArmor) ? validateAppArmorName(key, value, spec, field) : [],
    ),
  ];
}

const isInt32 = (text: string): boolean =>
  /^(0|[1-9]\d{0,9}|-\d{1,10})$/.test(text) && Number(text) <= int32Max && Number(text) >= -int32Max - 1;

function validateSeccompName(profile: string, field: string): readonly Cause[] {
  if (["runtime/default", "docker/default", "unconfined"].includes(profile)) return [];
  return profile.startsWith(localhost)
    ? validateInside(profile.slice(localhost.length), field)
    : [cause.invalid(field, profile, "must be a valid seccomp profile")];
}

function validateAppArmorName(
  key: string,
  profile: string,
  spec: Received<PodSpec>,
  field: string,
): readonly Cause[] {
  const name = key.slice(appArmor.length);
  const at = `${field}[${key}]`;
  const isKnown = visitContainers(spec, "spec").some(({ container }) => container.name === name);
  const isProfile = ["", "runtime/default", "unconfined"].includes(profile) || profile.startsWith(localhost);
  const why = `invalid AppArmor profile name: ${JSON.stringify(profile)}`;
  return [
    ...when(!isKnown, cause.invalid(at, name, "container not found")),
    ...when(!isProfile, cause.invalid(at, profile, why)),
  ];
}

/** What was said of a pod that exists stays: nobody would act on another word. */
export function validatePodAnnotationsUpdate(
  next: Annotations,
  previous: Annotations,
  field: string,
): readonly Cause[] {
  const what = (key: string) =>
    key === mirrorAnnotation
      ? "mirror pod annotation"
      : key.startsWith(appArmor)
        ? "AppArmor annotations"
        : undefined;
  const changed = Object.keys(previous ?? {}).filter((key) => next?.[key] !== previous?.[key]);
  const added = Object.keys(next ?? {}).filter((key) => previous?.[key] === undefined);
  const say = (keys: readonly string[], verb: string) =>
    keys.flatMap((key) => {
      const subject = what(key);
      return subject === undefined ? [] : [cause.forbidden(`${field}[${key}]`, `may not ${verb} ${subject}`)];
    });
  return [...say(changed, "remove or update"), ...say(added, "add")];
}

/** Where both an annotation and a field name a profile, they name the same. */
export function validateProfilesAgree(
  annotations: Annotations,
  spec: Received<PodSpec>,
  field: string,
): readonly Cause[] {
  const ofPod = spec.securityContext;
  const containers = visitContainers(spec, field);
  return [
    ...agree(annotations?.[seccompPod], ofPod?.seccompProfile, `${field}.securityContext.seccompProfile`),
    ...containers.flatMap(({ container: { name = "", securityContext }, at }) =>
      agree(
        annotations?.[seccompContainer + name],
        securityContext?.seccompProfile,
        `${at}.securityContext.seccompProfile`,
      ),
    ),
    ...(spec.os?.name === "windows" ? [] : containers).flatMap(
      ({ container: { name = "", securityContext }, at }) =>
        agree(
          annotations?.[appArmor + name],
          securityContext?.appArmorProfile ?? ofPod?.appArmorProfile,
          `${at}.securityContext.appArmorProfile`,
        ),
    ),
  ];
}

interface Profile {
  readonly type?: string | undefined;
  readonly localhostProfile?: string | undefined;
}

function agree(
  annotation: string | undefined,
  profile: Profile | undefined,
  field: string,
): readonly Cause[] {
  if (annotation === undefined || profile === undefined) return [];
  const word = field.endsWith("appArmorProfile") ? "apparmor" : "seccomp";
  const wrongType = cause.forbidden(`${field}.type`, `${word} type in annotation and field must match`);
  const wrongFile = cause.forbidden(
    `${field}.localhostProfile`,
    `${word} profile in annotation and field must match`,
  );
  switch (profile.type) {
    case "Unconfined":
      return when(annotation !== "unconfined", wrongType);
    case "RuntimeDefault":
      return when(!defaultProfiles[word].includes(annotation), wrongType);
    case "Localhost":
      if (!annotation.startsWith(localhost)) return [wrongType];
      return when(annotation.slice(localhost.length) !== profile.localhostProfile, wrongFile);
    default:
      return [];
  }
}

const defaultProfiles = { apparmor: ["runtime/default"], seccomp: ["runtime/default", "docker/default"] };

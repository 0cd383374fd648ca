/** The rules of pods (core validation). Pure. */
import type { Pod, PodSpec } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { each, when } from "../../rules.ts";
import { isThere, listOf, partOf, type Source } from "../volumes/one-source.ts";
import { validatePodAnnotations, validateProfilesAgree } from "./validate-annotations.ts";
import { validateTrimmed } from "./validate-containers.ts";
import { validatePodSpec } from "./validate-spec.ts";

export function validatePod({ metadata, spec = {} }: Received<Pod>): readonly Cause[] {
  return [
    ...validatePodAnnotations(metadata?.annotations, spec, "metadata.annotations"),
    ...validatePodSpec(spec, "spec", { isPod: true, podName: metadata?.name }),
    ...validateTokens(spec),
    ...each(spec.containers, "spec.containers", validateTrimmed),
    ...each(spec.initContainers, "spec.initContainers", validateTrimmed),
  ];
}

/** Only of pods that have an account there can be tokens. */
function validateTokens({ serviceAccountName = "", volumes = [] }: Received<PodSpec>): readonly Cause[] {
  if (serviceAccountName !== "") return [];
  return each(volumes as readonly Source[], "spec.volumes", (volume, at) =>
    each(
      listOf(partOf(volume, "projected") ?? {}, "sources"),
      `${at}.projected.sources`,
      (source, sourceAt) =>
        when(
          isThere(source["serviceAccountToken"]),
          cause.forbidden(
            `${sourceAt}.serviceAccountToken`,
            "must not be specified when serviceAccountName is not set",
          ),
        ),
    ),
  );
}

/** What a pod cannot begin with. */
export function validatePodCreate({ metadata, spec = {} }: Received<Pod>): readonly Cause[] {
  return [
    ...when(
      (spec.ephemeralContainers ?? []).length > 0,
      cause.forbidden("spec.ephemeralContainers", "cannot be set on create"),
    ),
    ...when(
      (spec.nodeName ?? "") !== "" && (spec.schedulingGates ?? []).length > 0,
      cause.forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared"),
    ),
    ...validateProfilesAgree(metadata?.annotations, spec, "spec"),
  ];
}

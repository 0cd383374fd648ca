/**
 * The rules that everything which makes pods shares: selector and pod template. Pure.
 */
import { isDeepStrictEqual } from "node:util";
import type { LabelSelector } from "@kubus/shared/api/meta.ts";
import type { PodTemplateSpec } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { labelQueryOf, matchesLabels } from "../../api/selectors.ts";
import { cause } from "../causes.ts";
import { validateLabelSelector } from "../label-selector.ts";
import { validateAnnotations, validateLabels } from "../metadata/validate.ts";
import { validatePodAnnotations, validateProfilesAgree } from "../core/pod/validate-annotations.ts";
import { validatePodSpec } from "../core/pod/validate-spec.ts";
import type { Received } from "../received.ts";
import { when } from "../rules.ts";

/** The pods that a controller makes, whatever becomes of them. */
export const validatePodTemplate = (
  { metadata, spec = {} }: Received<PodTemplateSpec> = {},
  field: string,
): readonly Cause[] => [
  ...validateLabels(metadata?.labels, `${field}.labels`),
  ...validateAnnotations(metadata?.annotations, `${field}.annotations`),
  ...validatePodAnnotations(metadata?.annotations, spec, `${field}.annotations`),
  ...validatePodSpec(spec, `${field}.spec`),
  ...validateProfilesAgree(metadata?.annotations, spec, `${field}.spec`),
  ...when(
    (spec.ephemeralContainers ?? []).length > 0,
    cause.forbidden(`${field}.spec.ephemeralContainers`, "ephemeral containers not allowed in pod template"),
  ),
];

/** As `validatePodTemplate`, of pods that are always restarted. */
export const validateTemplate = (
  template: Received<PodTemplateSpec> | undefined,
  field: string,
  owner = "ReplicaSet",
): readonly Cause[] => [
  ...validatePodTemplate(template, field),
  ...validateAlwaysRestarted(template, field, owner),
];

export function validateAlwaysRestarted(
  template: Received<PodTemplateSpec> | undefined,
  field: string,
  owner: string,
): readonly Cause[] {
  const { restartPolicy = "Always", activeDeadlineSeconds } = template?.spec ?? {};
  return [
    ...when(
      restartPolicy !== "Always",
      cause.notSupported(`${field}.spec.restartPolicy`, restartPolicy, ["Always"]),
    ),
    ...when(
      activeDeadlineSeconds !== undefined,
      cause.forbidden(
        `${field}.spec.activeDeadlineSeconds`,
        `activeDeadlineSeconds in ${owner} is not Supported`,
      ),
    ),
  ];
}

interface SelectorRules {
  /** Who selects, for people: `deployment`. */
  readonly owner: string;
  /** What is said of a selector that cannot be understood, besides what is wrong with it. */
  readonly unreadable?: string;
  readonly isOptional?: boolean;
}

/** A selector finds the pods of the template beside it, and not every pod there is. */
export function validateSelector(
  selector: Received<LabelSelector> | undefined,
  template: Received<PodTemplateSpec> | undefined,
  { owner, unreadable = "invalid label selector", isOptional = false }: SelectorRules,
): readonly Cause[] {
  const labels = (template?.metadata?.labels ?? {}) as Readonly<Record<string, string>>;
  const strangers = cause.invalid(
    "spec.template.metadata.labels",
    labels,
    "`selector` does not match template `labels`",
  );
  // A selector that is not there selects nothing, so not the template either.
  if (selector === undefined) return [...when(!isOptional, cause.required("spec.selector")), strangers];
  const wrong = validateLabelSelector(selector, "spec.selector");
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (Object.keys(matchLabels).length + matchExpressions.length === 0)
    return [cause.invalid("spec.selector", selector, `empty selector is invalid for ${owner}`)];
  if (wrong.length > 0) return [...wrong, cause.invalid("spec.selector", selector, unreadable)];
  return when(!matchesLabels(labelQueryOf(selector as LabelSelector), labels), strangers);
}

export function validateSelectorUnchanged(next: unknown, previous: unknown): readonly Cause[] {
  return isDeepStrictEqual(next, previous)
    ? []
    : [cause.invalid("spec.selector", next, "field is immutable")];
}

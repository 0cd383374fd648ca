/**
 * The rules that replica set, deployment and replication controller share: replicas, selector, pod template. Pure.
 */
import { isDeepStrictEqual } from "node:util";
import type { LabelSelector } from "@kubus/shared/api/meta.ts";
import type { PodTemplateSpec } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { labelValue, qualifiedName } from "../../api/names.ts";
import { labelQueryOf, matchesLabels } from "../../api/selectors.ts";
import { cause } from "../causes.ts";
import { validateLabels } from "../metadata/validate.ts";
import { validatePodSpec } from "../core/pod/validate-spec.ts";
import type { Received } from "../received.ts";

const operators = ["In", "NotIn", "Exists", "DoesNotExist"];

/** The pods that a controller makes: always restarted, and found again by its selector. */
export function validateTemplate(
  template: Received<PodTemplateSpec> | undefined,
  field: string,
): readonly Cause[] {
  const { spec = {}, metadata } = template ?? {};
  const { restartPolicy = "Always", activeDeadlineSeconds } = spec;
  return [
    ...validateLabels(metadata?.labels, `${field}.metadata.labels`),
    ...validatePodSpec(spec, `${field}.spec`),
    ...(restartPolicy === "Always"
      ? []
      : [cause.notSupported(`${field}.spec.restartPolicy`, restartPolicy, ["Always"])]),
    ...(activeDeadlineSeconds === undefined
      ? []
      : [
          cause.forbidden(
            `${field}.spec.activeDeadlineSeconds`,
            "activeDeadlineSeconds in ReplicaSet is not Supported",
          ),
        ]),
  ];
}

export function validateSelector(
  selector: Received<LabelSelector> | undefined,
  template: Received<PodTemplateSpec> | undefined,
  owner: string,
): readonly Cause[] {
  if (selector === undefined) return [cause.required("spec.selector")];
  const wrong = validateLabelSelector(selector, "spec.selector");
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (Object.keys(matchLabels).length + matchExpressions.length === 0) {
    return [cause.invalid("spec.selector", selector, `empty selector is invalid for ${owner}`)];
  }
  if (wrong.length > 0) return wrong;
  const labels = (template?.metadata?.labels ?? {}) as Readonly<Record<string, string>>;
  if (matchesLabels(labelQueryOf(selector as LabelSelector), labels)) return [];
  return [
    cause.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"),
  ];
}

export function validateLabelSelector(
  { matchLabels, matchExpressions = [] }: Received<LabelSelector>,
  field: string,
): readonly Cause[] {
  return [
    ...validateLabels(matchLabels, `${field}.matchLabels`),
    ...matchExpressions.flatMap((expression, i) =>
      validateExpression(expression, `${field}.matchExpressions[${i}]`),
    ),
  ];
}

export function validateSelectorUnchanged(next: unknown, previous: unknown): readonly Cause[] {
  return isDeepStrictEqual(next, previous)
    ? []
    : [cause.invalid("spec.selector", next, "field is immutable")];
}

type Expression = NonNullable<Received<LabelSelector>["matchExpressions"]>[number];

function validateExpression(
  { key = "", operator = "", values = [] }: Expression,
  field: string,
): readonly Cause[] {
  const wrongKey = qualifiedName(key);
  const needsValues = operator === "In" || operator === "NotIn";
  return [
    ...(wrongKey === undefined ? [] : [cause.invalid(`${field}.key`, key, wrongKey)]),
    ...(operators.includes(operator)
      ? []
      : [cause.invalid(`${field}.operator`, operator, "not a valid selector operator")]),
    ...(needsValues && values.length === 0
      ? [cause.required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")]
      : []),
    ...(!needsValues && operators.includes(operator) && values.length > 0
      ? [
          cause.forbidden(
            `${field}.values`,
            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
          ),
        ]
      : []),
    ...values.flatMap((value, i) => {
      const wrong = labelValue(value);
      return wrong === undefined ? [] : [cause.invalid(`${field}.values[${i}]`, value, wrong)];
    }),
  ];
}

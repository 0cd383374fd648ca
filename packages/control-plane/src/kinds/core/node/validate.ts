/** The rules of nodes (core validation: taints, pod address ranges, provider identity). Pure. */
import type { Node, Taint } from "@kubus/shared/api/node.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { labelValue, qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { validateChoice } from "../../rules.ts";

const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

export function validateNode({ spec }: Received<Node>): readonly Cause[] {
  const taints = spec?.taints ?? [];
  return [...taints.flatMap((taint, i) => validateTaint(taint, `spec.taints[${i}]`)), ...repeated(taints)];
}

export function validateNodeUpdate(next: Received<Node>, previous: Received<Node>): readonly Cause[] {
  const before = previous.spec;
  const after = next.spec;
  return [
    ...(before?.podCIDR !== undefined && after?.podCIDR !== before.podCIDR
      ? [cause.forbidden("spec.podCIDRs", 'node updates may not change podCIDR except from "" to valid')]
      : []),
    ...((before?.providerID ?? "") !== "" && after?.providerID !== before?.providerID
      ? [cause.forbidden("spec.providerID", 'node updates may not change providerID except from "" to valid')]
      : []),
  ];
}

function validateTaint(
  { key = "", value = "", effect = "" }: Received<Taint>,
  field: string,
): readonly Cause[] {
  const wrongKey = qualifiedName(key);
  const wrongValue = labelValue(value);
  return [
    ...(wrongKey === undefined ? [] : [cause.invalid(`${field}.key`, key, wrongKey)]),
    ...(wrongValue === undefined ? [] : [cause.invalid(`${field}.value`, value, wrongValue)]),
    ...validateChoice(effect, effects, `${field}.effect`),
  ];
}

function repeated(taints: readonly Received<Taint>[]): readonly Cause[] {
  const identity = ({ key = "", effect = "" }: Received<Taint>) => `${key}:${effect}`;
  return taints.flatMap((taint, i) =>
    taints.slice(0, i).some((earlier) => identity(earlier) === identity(taint))
      ? [
          {
            ...cause.duplicate(`spec.taints[${i}]`, taint),
            message: "Duplicate value: taints must be unique by key and effect pair",
          },
        ]
      : [],
  );
}

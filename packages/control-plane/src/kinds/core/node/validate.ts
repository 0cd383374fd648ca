/** The rules of nodes (core validation): taints, pod address ranges, provider identity, amounts. Pure. */
import type { Node, NodeAddress, Taint } from "@kubus/shared/api/node.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { labelValue, qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checked, each, validateChoice, when } from "../../rules.ts";
import { validateRange } from "../../validate-address.ts";
import { isDualStack } from "../families.ts";
import { taintEffects } from "../pod/validate-tolerations.ts";
import { entriesOf, validateAmount, type Amounts } from "../quantities.ts";

export const validateNode = ({ spec, status }: Received<Node>): readonly Cause[] => [
  // Kubernetes looks for them in the metadata, and so do those who read its causes.
  ...validateTaints(spec?.taints ?? [], "metadata.taints"),
  ...validateResources(status?.capacity, "status.capacity"),
  ...validateResources(status?.allocatable, "status.allocatable"),
  ...validateRanges(spec?.podCIDRs ?? []),
];

const validateResources = (amounts: Amounts | undefined, field: string): readonly Cause[] =>
  entriesOf(amounts).flatMap(([resource, amount]) =>
    validateAmount(resource, amount, `${field}.${resource}`),
  );

function validateRanges(ranges: readonly string[]): readonly Cause[] {
  const field = "spec.podCIDRs";
  const isOneEach = ranges.length < 2 || (ranges.length === 2 && isDualStack(ranges));
  return [
    ...each(ranges, field, validateRange),
    ...when(!isOneEach, cause.invalid(field, ranges, "may specify no more than one CIDR for each IP family")),
    ...each(ranges, field, (range, at, index) =>
      when(ranges.indexOf(range) < index, cause.duplicate(at, range)),
    ),
  ];
}

/** Taints are told apart by key and effect. */
function validateTaints(taints: readonly Received<Taint>[], field: string): readonly Cause[] {
  const identity = ({ key = "", effect = "" }: Received<Taint>) => `${effect}:${key}`;
  return each(taints, field, (taint, at, index) => {
    const { key = "", value = "", effect = "" } = taint;
    const isRepeated = taints.slice(0, index).some((earlier) => identity(earlier) === identity(taint));
    const repeated = cause.duplicate(at, taint);
    return [
      ...checked(qualifiedName, key, `${at}.key`),
      ...checked(labelValue, value, `${at}.value`),
      ...validateChoice(effect, taintEffects, `${at}.effect`),
      ...when(isRepeated, {
        ...repeated,
        message: `${repeated.message}: taints must be unique by key and effect pair`,
      }),
    ];
  });
}

export function validateNodeUpdate(next: Received<Node>, previous: Received<Node>): readonly Cause[] {
  const [after, before] = [next.spec ?? {}, previous.spec ?? {}];
  return [
    ...validateAddressesOnce(next.status?.addresses ?? []),
    ...validateRangesKept(after.podCIDRs ?? [], before.podCIDRs ?? []),
    ...when(
      (before.providerID ?? "") !== "" && after.providerID !== before.providerID,
      cause.forbidden("spec.providerID", 'node updates may not change providerID except from "" to valid'),
    ),
    ...when(
      (after.externalID ?? "") !== (before.externalID ?? ""),
      cause.forbidden("spec.externalID", "may not be updated"),
    ),
  ];
}

function validateAddressesOnce(addresses: readonly Received<NodeAddress>[]): readonly Cause[] {
  const identity = ({ type = "", address = "" }: Received<NodeAddress>) => `${type} ${address}`;
  return each(addresses, "status.addresses", (address, at, index) =>
    when(
      addresses.slice(0, index).some((earlier) => identity(earlier) === identity(address)),
      cause.duplicate(at, address),
    ),
  );
}

/** Ranges are given once: the addresses of pods that run come from them. */
function validateRangesKept(next: readonly string[], previous: readonly string[]): readonly Cause[] {
  if (previous.length === 0) return [];
  const changed = cause.forbidden(
    "spec.podCIDRs",
    'node updates may not change podCIDR except from "" to valid',
  );
  if (next.length !== previous.length) return [changed];
  return previous.flatMap((range, i) => when(range !== next[i], changed));
}

/** The rules of claims (core validation), also inside pods and stateful sets. Pure. */
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from "@kubus/shared/api/volume.ts";
import { quantityValue } from "@kubus/shared/api/quantity.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel, dnsSubdomain, qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checked, checkedIfSaid, validateChoiceIfSaid, validateRequired, when } from "../../rules.ts";
import { validateLabelSelector } from "../../label-selector.ts";
import { entriesOf, isNative, validatePositiveAmount, type Amounts } from "../quantities.ts";
import { validateAccessModes, volumeModes } from "../volumes/access-modes.ts";

type Spec = Received<PersistentVolumeClaimSpec>;

const resizeStates = [
  "ControllerResizeInfeasible",
  "ControllerResizeInProgress",
  "NodeResizeInfeasible",
  "NodeResizeInProgress",
  "NodeResizePending",
];

export const validateClaim = ({ spec = {} }: Received<PersistentVolumeClaim>): readonly Cause[] =>
  validateClaimSpec(spec, "spec");

export function validateClaimSpec(spec: Spec, field: string): readonly Cause[] {
  const storage = spec.resources?.requests?.["storage"];
  const storageField = `${field}.resources[storage]`;
  return [
    ...when(
      (spec.accessModes ?? []).length === 0,
      cause.required(`${field}.accessModes`, "at least 1 access mode is required"),
    ),
    ...(spec.selector === undefined ? [] : validateLabelSelector(spec.selector, `${field}.selector`)),
    ...((spec.accessModes ?? []).length === 0
      ? []
      : validateAccessModes(spec.accessModes, `${field}.accessModes`)),
    ...(storage === undefined
      ? [cause.required(storageField)]
      : validatePositiveAmount(storage, storageField)),
    ...checkedIfSaid(dnsSubdomain, spec.storageClassName, `${field}.storageClassName`),
    ...validateChoiceIfSaid(spec.volumeMode, volumeModes, `${field}.volumeMode`),
    ...validateSources(spec, field),
    ...checkedIfSaid(dnsSubdomain, spec.volumeAttributesClassName, `${field}.volumeAttributesClassName`),
  ];
}

function validateSources({ dataSource, dataSourceRef }: Spec, field: string): readonly Cause[] {
  const namespace = dataSourceRef?.namespace ?? "";
  const value = `${field}.dataSource`;
  const isElsewhere = namespace !== "";
  const isSame = (["apiGroup", "kind", "name"] as const).every(
    (part) => dataSource?.[part] === dataSourceRef?.[part],
  );
  const both = dataSource !== undefined && dataSourceRef !== undefined;
  return [
    ...(dataSource === undefined ? [] : validateSource(dataSource, `${field}.dataSource`)),
    ...(dataSourceRef === undefined ? [] : validateSource(dataSourceRef, `${field}.dataSourceRef`)),
    ...checkedIfSaid(dnsLabel, namespace, `${field}.dataSourceRef.namespace`),
    ...when(
      both && isElsewhere,
      cause.invalid(field, value, "may not be specified when dataSourceRef.namespace is specified"),
    ),
    ...when(both && !isElsewhere && !isSame, cause.invalid(field, value, "must match dataSourceRef")),
  ];
}

function validateSource(
  { name, kind = "", apiGroup = "" }: NonNullable<Spec["dataSource"]>,
  field: string,
): readonly Cause[] {
  return [
    ...validateRequired(name, `${field}.name`),
    ...validateRequired(kind, `${field}.kind`),
    ...when(
      apiGroup === "" && kind !== "PersistentVolumeClaim",
      cause.invalid(field, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"),
    ),
    ...checkedIfSaid(dnsSubdomain, apiGroup, `${field}.apiGroup`),
  ];
}

export function validateClaimStatus({
  spec = {},
  status = {},
}: Received<PersistentVolumeClaim>): readonly Cause[] {
  const states = Object.entries(status.allocatedResourceStatuses ?? {});
  const allocated = "status.allocatedResources";
  return [
    ...when((spec.accessModes ?? []).length === 0, cause.required("Spec.accessModes")),
    ...basicAmounts(status.capacity, "status.capacity"),
    ...states.flatMap(([resource, state = ""]) => [
      ...validateResourceKey(resource, "status.allocatedResourceStatus"),
      ...when(
        !resizeStates.includes(state),
        cause.notSupported("status.allocatedResourceStatus", resource, resizeStates),
      ),
    ]),
    ...Object.keys(status.allocatedResources ?? {}).flatMap((resource) =>
      validateResourceKey(resource, allocated),
    ),
    ...basicAmounts(status.allocatedResources, allocated),
  ];
}

const basicAmounts = (amounts: Amounts | undefined, field: string): readonly Cause[] =>
  entriesOf(amounts).flatMap(([resource, amount]) => {
    const value = quantityValue(amount);
    return value >= 0
      ? []
      : [cause.invalid(`${field}[${resource}]`, value, "must be a valid resource quantity")];
  });

function validateResourceKey(resource: string, field: string): readonly Cause[] {
  const wrong = checked(qualifiedName, resource, field);
  if (wrong.length > 0) return wrong;
  return when(isNative(resource) && resource !== "storage", cause.notSupported(field, resource, ["storage"]));
}

/** The rules of what an ingress sends requests to: a service's port, or another resource. Pure. */
import type { IngressBackend, TypedLocalObjectReference } from "@kubus/shared/api/networking.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dns1035Label, dnsSubdomain, pathSegmentName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { validatePort, validatePortName } from "../../ports.ts";
import { checked, checkedName } from "../../rules.ts";

export function validateBackend(
  { service, resource }: Received<IngressBackend>,
  field: string,
): readonly Cause[] {
  if (service !== undefined && resource !== undefined)
    return [cause.invalid(field, "", "cannot set both resource and service backends")];
  if (resource !== undefined) return validateReference(resource, `${field}.resource`);
  if (service !== undefined) return validateService(service, field);
  return [cause.invalid(field, "", "resource or service backend is required")];
}

function validateService(
  { name = "", port = {} }: NonNullable<Received<IngressBackend>["service"]>,
  field: string,
): readonly Cause[] {
  const nameField = `${field}.service.name`;
  return [
    ...(name === "" ? [cause.required(nameField)] : checked(dns1035Label, name, nameField)),
    ...validateServicePort(port, field),
  ];
}

function validateServicePort(
  { name = "", number = 0 }: { readonly name?: string | undefined; readonly number?: number | undefined },
  field: string,
): readonly Cause[] {
  if (name !== "" && number !== 0)
    return [cause.invalid(field, "", "cannot set both port name & port number")];
  if (name !== "") return validatePortName(name, `${field}.service.port.name`);
  if (number !== 0) return validatePort(number, `${field}.service.port.number`);
  return [cause.required(field, "port name or number is required")];
}

/** A reference to an object by its kind and name. */
export function validateReference(
  { apiGroup, kind = "", name = "" }: Received<TypedLocalObjectReference>,
  field: string,
): readonly Cause[] {
  return [
    ...(apiGroup === undefined ? [] : checked(dnsSubdomain, apiGroup, `${field}.apiGroup`)),
    ...checkedName(pathSegmentName, kind, `${field}.kind`),
    ...checkedName(pathSegmentName, name, `${field}.name`),
  ];
}

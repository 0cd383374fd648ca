/** The rules of endpoint slices (discovery validation). Pure. */
import type { Endpoint, EndpointSlice, EndpointSlicePort } from "@kubus/shared/api/discovery.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from "../../../api/names.ts";
import { parseAddress } from "../../addresses.ts";
import { cause } from "../../causes.ts";
import { validateLabels } from "../../metadata/validate.ts";
import { protocols } from "../../ports.ts";
import type { Received } from "../../received.ts";
import { checked, checkedIfSaid, each, validateChoice, when } from "../../rules.ts";
import { validateEndpointAddress } from "../../validate-address.ts";

const addressTypes = ["FQDN", "IPv4", "IPv6"];
const endpointsMax = 1_000;
const addressesMax = 100;
const portsMax = 20_000;
const topologyLabelsMax = 16;
const zoneHintsMax = 8;

export function validateEndpointSlice(slice: Received<EndpointSlice>): readonly Cause[] {
  const { addressType = "", endpoints = [], ports = [] } = slice;
  return [
    ...validateChoice(addressType, addressTypes, "addressType"),
    ...(endpoints.length > endpointsMax
      ? [cause.tooMany("endpoints", endpoints.length, endpointsMax)]
      : each(endpoints, "endpoints", (endpoint, at) => validateEndpoint(endpoint, addressType, at))),
    ...(ports.length > portsMax
      ? [cause.tooMany("ports", ports.length, portsMax)]
      : each(ports, "ports", (port, at, i) => validateSlicePort(port, at, ports.slice(0, i)))),
  ];
}

function validateEndpoint(
  endpoint: Received<Endpoint>,
  addressType: string,
  field: string,
): readonly Cause[] {
  const { addresses = [], nodeName, deprecatedTopology = {}, hostname, hints } = endpoint;
  const labels = Object.keys(deprecatedTopology).length;
  return [
    ...when(addresses.length === 0, cause.required(`${field}.addresses`, "must contain at least 1 address")),
    ...when(
      addresses.length > addressesMax,
      cause.tooMany(`${field}.addresses`, addresses.length, addressesMax),
    ),
    ...each(addresses, `${field}.addresses`, (address, at) => validateOne(address, addressType, at)),
    ...(nodeName === undefined ? [] : checked(dnsSubdomain, nodeName, `${field}.nodeName`)),
    ...when(
      labels > topologyLabelsMax,
      cause.tooMany(`${field}.deprecatedTopology`, labels, topologyLabelsMax),
    ),
    ...validateLabels(deprecatedTopology, `${field}.deprecatedTopology`),
    ...(hostname === undefined ? [] : checked(dnsLabel, hostname, `${field}.hostname`)),
    ...validateZones(hints?.forZones ?? [], `${field}.hints.forZones`),
  ];
}

function validateOne(address: string, addressType: string, field: string): readonly Cause[] {
  const family = parseAddress(address)?.family;
  if (addressType === "IPv4")
    return [
      ...when(family !== 4, cause.invalid(field, address, "must be a valid IPv4 address")),
      ...validateEndpointAddress(address, field),
    ];
  if (addressType === "IPv6")
    return [
      ...when(family !== 6, cause.invalid(field, address, "must be a valid IPv6 address")),
      ...validateEndpointAddress(address, field),
    ];
  return addressType === "FQDN" ? validateDomain(address, field) : [];
}

/** A name of two labels or more; a dot may end it. */
function validateDomain(text: string, field: string): readonly Cause[] {
  if (text === "") return [cause.required(field)];
  const name = text.replace(/\.$/, "");
  const wrong = checked(dnsSubdomain, name, field);
  if (wrong.length > 0) return wrong;
  const labels = name.split(".");
  const tooLong = labels.find((label) => dnsLabel(label) !== undefined);
  if (labels.length < 2) {
    const why = "should be a domain with at least two segments separated by dots";
    return [cause.invalid(field, name, why)];
  }
  return tooLong === undefined ? [] : checked(dnsLabel, tooLong, field);
}

function validateZones(
  zones: readonly { readonly name?: string | undefined }[],
  field: string,
): readonly Cause[] {
  if (zones.length > zoneHintsMax) return [cause.tooMany(field, zones.length, zoneHintsMax)];
  return each(zones, field, ({ name = "" }, at, i) => [
    ...when(
      zones.slice(0, i).some((earlier) => earlier.name === name),
      cause.duplicate(`${at}.name`, name),
    ),
    ...checked(labelValue, name, `${at}.name`),
  ]);
}

function validateSlicePort(
  { name = "", protocol = "", appProtocol }: Received<EndpointSlicePort>,
  field: string,
  earlier: readonly Received<EndpointSlicePort>[],
): readonly Cause[] {
  return [
    ...checkedIfSaid(dnsLabel, name, `${field}.name`),
    ...when(
      earlier.some((other) => (other.name ?? "") === name),
      cause.duplicate(`${field}.name`, name),
    ),
    ...validateChoice(protocol, protocols, `${field}.protocol`),
    ...(appProtocol === undefined ? [] : checked(qualifiedName, appProtocol, `${field}.appProtocol`)),
  ];
}

/** The rules of endpoints (core validation). Pure. */
import type { EndpointAddress, EndpointPort, Endpoints } from "@kubus/shared/api/core.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel, dnsSubdomain, qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { protocols, validatePort } from "../../ports.ts";
import type { Received } from "../../received.ts";
import { checked, checkedIfSaid, each, validateChoice, when } from "../../rules.ts";
import { validateAddress, validateEndpointAddress } from "../../validate-address.ts";

export const validateEndpoints = ({ subsets }: Received<Endpoints>): readonly Cause[] =>
  each(subsets, "subsets", ({ addresses = [], notReadyAddresses = [], ports = [] }, at) => [
    ...when(
      addresses.length + notReadyAddresses.length === 0,
      cause.required(at, "must specify `addresses` or `notReadyAddresses`"),
    ),
    ...each(addresses, `${at}.addresses`, validateOne),
    ...each(notReadyAddresses, `${at}.notReadyAddresses`, validateOne),
    ...each(ports, `${at}.ports`, (port, field) => validateEndpointPort(port, field, ports.length > 1)),
  ]);

const validateOne = (
  { ip = "", hostname, nodeName }: Received<EndpointAddress>,
  at: string,
): readonly Cause[] => [
  ...validateAddress(ip, `${at}.ip`),
  ...checkedIfSaid(dnsLabel, hostname, `${at}.hostname`),
  ...(nodeName === undefined ? [] : checked(dnsSubdomain, nodeName, `${at}.nodeName`)),
  ...validateEndpointAddress(ip, `${at}.ip`),
];

const validateEndpointPort = (
  { name = "", port, protocol = "", appProtocol }: Received<EndpointPort>,
  at: string,
  needsName: boolean,
): readonly Cause[] => [
  ...(name === "" ? when(needsName, cause.required(`${at}.name`)) : checked(dnsLabel, name, `${at}.name`)),
  ...validatePort(port, `${at}.port`),
  ...validateChoice(protocol, protocols, `${at}.protocol`),
  ...(appProtocol === undefined ? [] : checked(qualifiedName, appProtocol, `${at}.appProtocol`)),
];

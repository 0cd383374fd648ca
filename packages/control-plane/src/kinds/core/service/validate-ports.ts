/** The rules of a service's ports (core validation). Pure. */
import type { ServicePort } from "@kubus/shared/api/core.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel, qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { protocols, validatePort, validatePortOrName } from "../../ports.ts";
import type { Received } from "../../received.ts";
import { checked, each, validateChoice, when } from "../../rules.ts";
import type { ServiceSpec } from "./needs.ts";

type Ports = readonly Received<ServicePort>[];

const field = "spec.ports";

export const validatePorts = (ports: Ports): readonly Cause[] =>
  each(ports, field, ({ name = "", port, protocol = "", targetPort, appProtocol }, at, index) => {
    const isTaken = ports.slice(0, index).some((other) => other.name === name);
    return [
      ...(name === ""
        ? when(ports.length > 1, cause.required(`${at}.name`))
        : [...checked(dnsLabel, name, `${at}.name`), ...when(isTaken, cause.duplicate(`${at}.name`, name))]),
      ...validatePort(port, `${at}.port`),
      ...validateChoice(protocol, protocols, `${at}.protocol`),
      ...validatePortOrName(targetPort, `${at}.targetPort`),
      ...(appProtocol === undefined ? [] : checked(qualifiedName, appProtocol, `${at}.appProtocol`)),
    ];
  });

/** Ports of the boards: only where the type has them, and each once. */
export function validateNodePorts({ type, ports = [] }: ServiceSpec): readonly Cause[] {
  const identity = ({ protocol = "", nodePort = 0 }: Received<ServicePort>) => `${protocol}/${nodePort}`;
  const held = (port: Received<ServicePort>) => (port.nodePort ?? 0) !== 0;
  return [
    ...each(type === "ClusterIP" ? ports : [], field, (port, at) =>
      when(held(port), cause.forbidden(`${at}.nodePort`, "may not be used when `type` is 'ClusterIP'")),
    ),
    ...each(ports, field, (port, at, index) =>
      when(
        held(port) && ports.slice(0, index).some((other) => identity(other) === identity(port)),
        cause.duplicate(`${at}.nodePort`, port.nodePort),
      ),
    ),
  ];
}

export const validatePortsOnce = (ports: Ports): readonly Cause[] =>
  each(ports, field, ({ protocol, port }, at, index) =>
    when(
      ports.slice(0, index).some((other) => other.protocol === protocol && other.port === port),
      cause.duplicate(at, { protocol, port }),
    ),
  );

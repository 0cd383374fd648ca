/** The rules of services (core validation). Pure. */
import { isIP } from "node:net";
import type { Service, ServicePort } from "@kubus/shared/api/core.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel, dnsSubdomain, portName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { validateLabels } from "../../metadata/validate.ts";
import type { Received } from "../../received.ts";

const types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const protocols = ["TCP", "UDP", "SCTP"];
const affinities = ["ClientIP", "None"];
const outOfRange = "must be between 1 and 65535, inclusive";

type Spec = Received<Service["spec"]> & { readonly sessionAffinity?: string };

export function validateService({ spec = {} }: Received<Service>): readonly Cause[] {
  const { ports = [], type = "", clusterIP = "", sessionAffinity = "None" } = spec as Spec;
  const isHeadless = clusterIP === "None";
  return [
    ...(ports.length === 0 && !isHeadless && type !== "ExternalName" ? [cause.required("spec.ports")] : []),
    ...ports.flatMap((port, i) => validatePort(port, `spec.ports[${i}]`, ports.length > 1)),
    ...validateUnique(ports),
    ...validateLabels(spec.selector, "spec.selector"),
    ...(types.includes(type) ? [] : [cause.notSupported("spec.type", type, types)]),
    ...(affinities.includes(sessionAffinity)
      ? []
      : [cause.notSupported("spec.sessionAffinity", sessionAffinity, affinities)]),
    ...validateAddresses(spec),
    ...validateExternalName(spec),
  ];
}

/** An address that was given stays for the service's life; only becoming ExternalName gives it up. */
export function validateServiceUpdate(next: Service, previous: Service): readonly Cause[] {
  const before = previous.spec;
  const isFree = !before.clusterIP || before.type === "ExternalName" || next.spec.type === "ExternalName";
  const isSame = next.spec.clusterIP === before.clusterIP;
  return [
    ...(isFree || isSame
      ? []
      : [
          cause.invalid(
            "spec.clusterIPs[0]",
            next.spec.clusterIPs ?? [next.spec.clusterIP ?? ""],
            "may not change once set",
          ),
        ]),
  ];
}

function validatePort(port: Received<ServicePort>, field: string, needsName: boolean): readonly Cause[] {
  const { name = "", protocol = "TCP", targetPort, nodePort } = port;
  const wrongName = name === "" ? undefined : dnsLabel(name);
  return [
    ...(needsName && name === "" ? [cause.required(`${field}.name`)] : []),
    ...(wrongName === undefined ? [] : [cause.invalid(`${field}.name`, name, wrongName)]),
    ...(isPort(port.port ?? 0) ? [] : [cause.invalid(`${field}.port`, port.port ?? 0, outOfRange)]),
    ...(protocols.includes(protocol) ? [] : [cause.notSupported(`${field}.protocol`, protocol, protocols)]),
    ...validateTarget(targetPort, `${field}.targetPort`),
    ...(nodePort === undefined || nodePort === 0 || isPort(nodePort)
      ? []
      : [cause.invalid(`${field}.nodePort`, nodePort, outOfRange)]),
  ];
}

function validateTarget(target: number | string | undefined, field: string): readonly Cause[] {
  if (target === undefined) return [];
  if (typeof target === "number") return isPort(target) ? [] : [cause.invalid(field, target, outOfRange)];
  const wrong = portName(target);
  return wrong === undefined ? [] : [cause.invalid(field, target, wrong)];
}

function validateUnique(ports: readonly Received<ServicePort>[]): readonly Cause[] {
  const identity = ({ protocol, port }: Received<ServicePort>) => `${protocol ?? "TCP"}/${port ?? 0}`;
  return ports.flatMap((port, i) => {
    const earlier = ports.slice(0, i);
    return [
      ...(earlier.some((other) => identity(other) === identity(port))
        ? [cause.duplicate(`spec.ports[${i}]`, port)]
        : []),
      ...(port.name && earlier.some((other) => other.name === port.name)
        ? [cause.duplicate(`spec.ports[${i}].name`, port.name)]
        : []),
    ];
  });
}

function validateAddresses({
  clusterIP = "",
  clusterIPs = [],
  externalIPs = [],
  type,
}: Received<Service["spec"]>): readonly Cause[] {
  const isAddress = (text: string) => isIP(text) !== 0;
  const wrong = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
  return [
    ...(type === "ExternalName" && clusterIP !== ""
      ? [cause.forbidden("spec.clusterIPs", "may not be set when `type` is 'ExternalName'")]
      : []),
    ...(clusterIP === "" || clusterIP === "None" || isAddress(clusterIP)
      ? []
      : [cause.invalid("spec.clusterIPs[0]", clusterIP, wrong)]),
    ...(clusterIP === "None" && (type === "NodePort" || type === "LoadBalancer")
      ? [cause.invalid("spec.clusterIPs[0]", clusterIP, `may not be set to 'None' for ${type} services`)]
      : []),
    ...(clusterIPs[0] !== undefined && clusterIPs[0] !== clusterIP
      ? [cause.invalid("spec.clusterIPs", clusterIPs, "first value must match `clusterIP`")]
      : []),
    ...externalIPs.flatMap((ip, i) =>
      isAddress(ip) ? [] : [cause.invalid(`spec.externalIPs[${i}]`, ip, wrong)],
    ),
  ];
}

function validateExternalName({ type, externalName = "" }: Received<Service["spec"]>): readonly Cause[] {
  if (type !== "ExternalName") return [];
  if (externalName === "") return [cause.required("spec.externalName")];
  const wrong = dnsSubdomain(externalName.replace(/\.$/, ""));
  return wrong === undefined ? [] : [cause.invalid("spec.externalName", externalName, wrong)];
}

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65_535;

/** The ports of a service on the boards: chosen, or checked, and taken. */
import type { Service, ServicePort } from "@kubus/shared/api/core.ts";
import type { Refusal } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../kinds/causes.ts";
import type { AdmissionWorld, Attempt } from "../admission.ts";
import { invalid } from "../refusals.ts";
import { freeIn, nodePorts } from "./address-range.ts";
import { listed } from "./concerns.ts";
import type { ServiceWrite } from "./service-cluster-ip.ts";
import { needsHealthCheckPort, needsNodePort, nodePortsOf, specOf, type WholeSpec } from "./service-needs.ts";

export function withNodePorts(spec: WholeSpec, { attempt, world, before }: ServiceWrite): WholeSpec {
  if (!needsNodePort(spec) || world.serviceCidr === undefined || spec.ports === undefined) return spec;
  const kept = new Set(before === undefined ? [] : nodePortsOf(before));
  const own = new Map<number, number>();
  // Those that were chosen first, so that chance does not take them.
  spec.ports.forEach(({ port, nodePort = 0 }, i) => {
    if (nodePort === 0) return;
    const isOwn = kept.has(nodePort) || [...own.values()].includes(nodePort);
    if (!isOwn) take(nodePort, `spec.ports[${i}].nodePort`, { attempt, world });
    own.set(port, nodePort);
  });
  const ports = spec.ports.map((port, i): ServicePort => {
    if ((port.nodePort ?? 0) !== 0) return port;
    // The same port by another protocol is reached by the same number.
    const nodePort = own.get(port.port) ?? chosen(`spec.ports[${i}].nodePort`, { attempt, world });
    own.set(port.port, nodePort);
    return { ...port, nodePort };
  });
  return { ...spec, ports };
}

/** Where load balancers ask whether a board has pods of the service. */
export function withHealthCheckPort(spec: WholeSpec, { attempt, world, before }: ServiceWrite): WholeSpec {
  if (!needsHealthCheckPort(spec) || world.serviceCidr === undefined) return spec;
  const { healthCheckNodePort = 0 } = spec;
  const field = "spec.healthCheckNodePort";
  if (healthCheckNodePort === 0) return { ...spec, healthCheckNodePort: chosen(field, { attempt, world }) };
  if (healthCheckNodePort !== before?.healthCheckNodePort)
    take(healthCheckNodePort, field, { attempt, world });
  return spec;
}

interface Taking {
  readonly attempt: Attempt;
  readonly world: AdmissionWorld;
}

const wordOf = (port: number): string => `port/${port}`;

function take(port: number, field: string, { attempt, world }: Taking): void {
  const { first, count } = nodePorts;
  if (port < first || port >= first + count)
    throw refuse(
      attempt,
      field,
      port,
      `provided port is not in the valid range. The range of valid ports is ${first}-${first + count - 1}`,
    );
  if (heldPorts(world)(port)) throw refuse(attempt, field, port, "provided port is already allocated");
  world.afterwards(world.memory.reservations.take(wordOf(port)));
}

function chosen(field: string, { attempt, world }: Taking): number {
  const port = freeIn(nodePorts, heldPorts(world), world.random);
  if (port === undefined) throw refuse(attempt, field, 0, "failed to allocate a nodePort: range is full");
  world.afterwards(world.memory.reservations.take(wordOf(port)));
  return port;
}

function heldPorts(world: AdmissionWorld): (port: number) => boolean {
  const services = listed<Service>(world, "v1", "Service");
  const held = new Set(services.flatMap((service) => nodePortsOf(specOf(service))));
  return (port) => held.has(port) || world.memory.reservations.has(wordOf(port));
}

const refuse = ({ kind, name }: Attempt, field: string, port: number, why: string): Refusal =>
  invalid(kind, name, [cause.invalid(field, port, why)]);

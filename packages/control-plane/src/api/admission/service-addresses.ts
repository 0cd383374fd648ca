/**
 * Addresses of services: each gets its own address in the cluster, and its ports on the boards where its type wants
 * them. What users choose is checked; what they leave out is chosen.
 *
 * An address is taken by creating the IPAddress of its name, which the store lets happen once: exact, however many
 * servers there are. Ports are exact on one server; the repair controller tells of any that two servers gave away.
 */
import type { Service } from "@kubus/shared/api/core.ts";
import type { Mutator } from "../admission.ts";
import { concerns } from "./concerns.ts";
import { withClusterIp } from "./service-cluster-ip.ts";
import { carriedOver, specOf } from "./service-needs.ts";
import { withHealthCheckPort, withNodePorts } from "./service-node-ports.ts";

export const serviceAddresses: Mutator = async (attempt, world) => {
  if (attempt.operation === "delete" || !concerns(attempt, "", "Service")) return attempt.object;
  const service = attempt.object as Service;
  const previous = attempt.previous as Service | undefined;
  const before = previous === undefined ? undefined : specOf(previous);
  const spec = before === undefined ? specOf(service) : carriedOver(specOf(service), before);
  const addressed = await withClusterIp(spec, { attempt, world, before });
  const ported = withNodePorts(addressed, { attempt, world, before });
  return { ...service, spec: withHealthCheckPort(ported, { attempt, world, before }) } as Service;
};

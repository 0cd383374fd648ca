/** The address of a service in the cluster: chosen, or checked, and taken. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Service } from "@kubus/shared/api/core.ts";
import type { IpAddress, ServiceCidr } from "@kubus/shared/api/networking.ts";
import { isRefusal, type Refusal } from "@kubus/shared/errors/codes.ts";
import { formatAddress, parseAddress, parseRange, type Range } from "../../kinds/addresses.ts";
import { cause } from "../../kinds/causes.ts";
import type { Kind } from "../../kinds/kind.ts";
import type { AdmissionWorld, Attempt } from "../admission.ts";
import { invalid } from "../refusals.ts";
import { addressAt, freeIn, isUsable, spanOf } from "./address-range.ts";
import { found, listed } from "./concerns.ts";
import { clusterIpsOf, isHeadless, needsClusterIp, specOf, type WholeSpec } from "./service-needs.ts";

export interface ServiceWrite {
  readonly attempt: Attempt;
  readonly world: AdmissionWorld;
  /** As the service was. */
  readonly before: WholeSpec | undefined;
}

const version = "networking.k8s.io/v1";

export async function withClusterIp(spec: WholeSpec, write: ServiceWrite): Promise<WholeSpec> {
  const { attempt, world, before } = write;
  releaseAfterwards(write);
  const ranges = rangesOf(world);
  const [first] = ranges;
  if (first === undefined || !needsClusterIp(spec) || isHeadless(spec)) return spec;
  const held = new Set(before === undefined ? [] : clusterIpsOf(before));
  checkFamilies(spec, first, attempt);
  if (!spec.clusterIP) {
    const address = await chosen(ranges, write);
    return { ...spec, clusterIP: address, clusterIPs: [address] };
  }
  for (const address of clusterIpsOf(spec)) if (!held.has(address)) await given(address, spec, ranges, write);
  return spec;
}

/** The cluster's own range first, then those that were added. */
function rangesOf(world: AdmissionWorld): readonly Range[] {
  if (world.serviceCidr === undefined) return [];
  const isReady = ({ metadata, status }: ServiceCidr) =>
    metadata.deletionTimestamp === undefined &&
    status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") === true;
  const added = listed<ServiceCidr>(world, version, "ServiceCIDR").filter(isReady);
  const texts = new Set([world.serviceCidr, ...added.flatMap(({ spec }) => spec?.cidrs ?? [])]);
  const ranges = [...texts].map(parseRange).filter((range) => range !== undefined);
  return ranges.filter(({ family }) => family === ranges[0]?.family);
}

function checkFamilies({ ipFamilies, ipFamilyPolicy }: WholeSpec, { family }: Range, attempt: Attempt): void {
  const own = `IPv${family}`;
  const causes = (ipFamilies ?? []).flatMap((wanted, i) =>
    wanted === own ? [] : [cause.invalid(`spec.ipFamilies[${i}]`, wanted, "not configured on this cluster")],
  );
  if (ipFamilyPolicy === "RequireDualStack")
    causes.push(
      cause.invalid(
        "spec.ipFamilyPolicy",
        ipFamilyPolicy,
        "this cluster is not configured for dual-stack services",
      ),
    );
  if (causes.length > 0) throw invalid(attempt.kind, attempt.name, causes);
}

const wordOf = (address: string): string => `address/${address}`;

async function chosen(ranges: readonly Range[], { attempt, world }: ServiceWrite): Promise<string> {
  const held = heldAddresses(world);
  for (const range of ranges) {
    for (;;) {
      const isTaken = (offset: number) => held.has(addressAt(range, offset));
      const offset = freeIn(spanOf(range), isTaken, world.random);
      if (offset === undefined) break;
      const address = addressAt(range, offset);
      if (await take(address, { attempt, world })) return address;
      held.add(address); // Another server was faster.
    }
  }
  throw cannotTake(attempt, [], "failed to allocate a serviceIP: range is full");
}

async function given(
  text: string,
  spec: WholeSpec,
  ranges: readonly Range[],
  { attempt, world }: ServiceWrite,
): Promise<void> {
  const parsed = parseAddress(text);
  if (parsed === undefined) return; // What is no address is refused by the service's own validation.
  const address = formatAddress(parsed);
  const refuse = (why: string) =>
    cannotTake(attempt, clusterIpsOf(spec), `failed to allocate IP ${address}: ${why}`);
  if (!ranges.some((range) => isUsable(range, address)))
    throw refuse(
      `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${world.serviceCidr ?? ""}`,
    );
  const isFree = !heldAddresses(world, attempt).has(address) && (await take(address, { attempt, world }));
  if (!isFree) throw refuse("provided IP is already allocated");
}

const cannotTake = ({ kind, name }: Attempt, addresses: readonly string[], why: string): Refusal =>
  invalid(kind, name, [cause.invalid("spec.clusterIPs", addresses, why)]);

/** Of living services, of writes under way, and of IPAddresses, but for those that `own` left behind itself. */
function heldAddresses(world: AdmissionWorld, own?: Attempt): Set<string> {
  const services = listed<Service>(world, "v1", "Service");
  const addresses = listed<IpAddress>(world, version, "IPAddress").filter(
    (address) => own === undefined || !isParent(address, own),
  );
  return new Set([
    ...services.flatMap((service) => clusterIpsOf(specOf(service))),
    ...addresses.map(({ metadata }) => metadata.name),
    ...world.memory.reservations.words("address/"),
  ]);
}

/** False: somebody else has it. */
async function take(
  address: string,
  { attempt, world }: Pick<ServiceWrite, "attempt" | "world">,
): Promise<boolean> {
  const word = wordOf(address);
  if (world.memory.reservations.has(word)) return false;
  world.afterwards(world.memory.reservations.take(word));
  const kind = world.kinds.byType(version, "IPAddress") as Kind<IpAddress> | undefined;
  if (attempt.dryRun || kind === undefined) return true;
  const known = found<IpAddress>(world, version, "IPAddress", { name: address });
  if (known !== undefined) return isParent(known, attempt);
  try {
    await world.objects.create(kind, ipAddressOf(address, attempt));
  } catch (error) {
    if (isRefusal(error, "alreadyExists")) return false;
    throw error;
  }
  world.afterwards(() => releaseUnless(world, attempt, [address]));
  return true;
}

/** The object that says whose an address is. */
export const ipAddressOf = (
  address: string,
  { namespace = "", name }: { readonly namespace?: string | undefined; readonly name: string },
) => ({
  metadata: {
    name: address,
    labels: {
      "ipaddress.kubernetes.io/ip-family": address.includes(":") ? "IPv6" : "IPv4",
      "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
    },
  },
  spec: { parentRef: { group: "", resource: "services", namespace, name } },
});

const isParent = ({ spec }: IpAddress, { namespace, name }: Attempt): boolean =>
  spec?.parentRef?.resource === "services" &&
  spec.parentRef.namespace === namespace &&
  spec.parentRef.name === name;

function releaseAfterwards({ attempt, world, before }: ServiceWrite): void {
  if (before === undefined || attempt.dryRun) return;
  const addresses = clusterIpsOf(before);
  if (addresses.length > 0) world.afterwards(() => releaseUnless(world, attempt, addresses));
}

/** Gives addresses back that the service does not hold, whatever became of the write. */
export async function releaseUnless(
  world: AdmissionWorld,
  { kind, namespace, name }: Attempt,
  addresses: readonly string[],
): Promise<void> {
  const ipKind = world.kinds.byType(version, "IPAddress");
  const service = world.cache.get<KubeObject>(kind, namespace, name) as Service | undefined;
  const held = new Set(service === undefined ? [] : clusterIpsOf(specOf(service)));
  for (const address of addresses.filter((one) => !held.has(one))) {
    if (ipKind === undefined || world.cache.get(ipKind, undefined, address) === undefined) continue;
    await world.objects.delete(ipKind, { name: address }).catch((error: unknown) => {
      // The repair controller gives back what was left; the write itself is over.
      if (!isRefusal(error)) world.log.warn("admission.addressKept", { address, error: String(error) });
    });
  }
}

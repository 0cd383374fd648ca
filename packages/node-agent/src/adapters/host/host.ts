/** The real board behind the Host port. */
import type { Host } from "../../ports/host.ts";
import { capacityOf, type CapacityTerms } from "./capacity.ts";
import { identityOf } from "./identity.ts";
import { vitalsReader, type VitalsTerms } from "./vitals.ts";

export function realHost(terms: CapacityTerms & VitalsTerms & { readonly runDir: string }): Host {
  const vitals = vitalsReader(terms);
  return { identity: () => identityOf(terms.runDir), capacity: () => capacityOf(terms), vitals };
}

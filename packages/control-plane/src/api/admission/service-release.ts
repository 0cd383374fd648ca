/** A deleted service gives its addresses back at once. */
import type { Service } from "@kubus/shared/api/core.ts";
import type { Admitter } from "../admission.ts";
import { concerns } from "./concerns.ts";
import { releaseUnless } from "./service-cluster-ip.ts";
import { clusterIpsOf, specOf } from "./service-needs.ts";

export const serviceRelease: Admitter = (attempt, world): void => {
  if (attempt.operation !== "delete" || attempt.dryRun || !concerns(attempt, "", "Service")) return;
  const addresses = clusterIpsOf(specOf(attempt.object as Service));
  if (addresses.length > 0) world.afterwards(() => releaseUnless(world, attempt, addresses));
};

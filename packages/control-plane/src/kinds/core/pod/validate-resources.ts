/** The rules of resource requests and limits: quantities, not negative, requests within limits. Pure. */
import type { ResourceRequirements } from "@kubus/shared/api/pod.ts";
import { parseQuantity } from "@kubus/shared/api/quantity.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";

const standard = ["cpu", "memory", "ephemeral-storage"];
const wrongQuantity =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

export function validateResources(
  { limits = {}, requests = {} }: Received<ResourceRequirements>,
  field: string,
): readonly Cause[] {
  return [
    ...validateAmounts(limits, `${field}.limits`),
    ...validateAmounts(requests, `${field}.requests`),
    ...Object.entries(requests).flatMap(([resource, asked = "0"]) => {
      const limit = limits[resource];
      const most = limit === undefined ? undefined : parseQuantity(limit);
      const wanted = parseQuantity(asked);
      return most !== undefined && wanted !== undefined && wanted > most
        ? [
            cause.invalid(
              `${field}.requests`,
              asked,
              `must be less than or equal to ${resource} limit of ${limit ?? ""}`,
            ),
          ]
        : [];
    }),
  ];
}

function validateAmounts(
  amounts: Received<Readonly<Record<string, string>>>,
  field: string,
): readonly Cause[] {
  return Object.entries(amounts).flatMap(([resource, amount = ""]) => {
    const at = `${field}[${resource}]`;
    const billionths = parseQuantity(amount);
    const wrongName = qualifiedName(resource);
    if (wrongName !== undefined) return [cause.invalid(at, resource, wrongName)];
    if (!standard.includes(resource) && !resource.includes("/") && !resource.startsWith("hugepages-")) {
      return [cause.invalid(at, resource, "must be a standard resource for containers")];
    }
    if (billionths === undefined) return [cause.invalid(at, amount, wrongQuantity)];
    return billionths < 0n ? [cause.invalid(at, amount, "must be greater than or equal to 0")] : [];
  });
}

/** What is wrong with IP addresses and ranges, in Kubernetes' words. Pure. */
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { formatAddress, formatRange, isWithin, parseAddress, parseRange } from "./addresses.ts";
import { cause } from "./causes.ts";

const noAddress = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const noRange = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

/** An address in any form that can be read. */
export const validateAddress = (value: string, field: string): readonly Cause[] =>
  parseAddress(value) === undefined ? [cause.invalid(field, value, noAddress)] : [];

/** An address in its only canonical form. As a name rule: what is wrong, or undefined. */
export function canonicalAddress(value: string): string | undefined {
  const address = parseAddress(value);
  if (address === undefined) return noAddress;
  const canonical = formatAddress(address);
  return value === canonical ? undefined : `must be in canonical form ("${canonical}")`;
}

/** A range in any form that can be read. */
export const validateRange = (value: string, field: string): readonly Cause[] =>
  parseRange(value) === undefined ? [cause.invalid(field, value, noRange)] : [];

/** A range in its only canonical form. */
export function validateCanonicalRange(value: string, field: string): readonly Cause[] {
  const range = parseRange(value);
  if (range === undefined) return [cause.invalid(field, value, noRange)];
  const canonical = formatRange(range);
  return value === canonical
    ? []
    : [cause.invalid(field, value, `must be in canonical form ("${canonical}")`)];
}

/** Addresses that traffic of services may go to: none that means something else on each machine. */
export function validateEndpointAddress(value: string, field: string): readonly Cause[] {
  const address = parseAddress(value);
  if (address === undefined) return [cause.invalid(field, value, "must be a valid IP address")];
  return special
    .filter(({ ranges }) => ranges.some((range) => isWithin(address, range)))
    .map(({ why }) => cause.invalid(field, value, why(value)));
}

const special: readonly { readonly ranges: readonly string[]; readonly why: (value: string) => string }[] = [
  { ranges: ["0.0.0.0/32", "::/128"], why: (value) => `may not be unspecified (${value})` },
  {
    ranges: ["127.0.0.0/8", "::1/128"],
    why: () => "may not be in the loopback range (127.0.0.0/8, ::1/128)",
  },
  {
    ranges: ["169.254.0.0/16", "fe80::/10"],
    why: () => "may not be in the link-local range (169.254.0.0/16, fe80::/10)",
  },
  {
    ranges: ["224.0.0.0/24", "ff02::/16"],
    why: () => "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)",
  },
];

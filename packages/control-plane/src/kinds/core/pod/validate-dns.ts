/** The rules of how a pod finds names (core validation). Pure. */
import type { PodSpec } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsSubdomain } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checked, each, when } from "../../rules.ts";
import { validateAddress } from "../../validate-address.ts";

/** What the C libraries take. */
const nameserversMax = 3;
const searchesMax = 32;
const searchCharactersMax = 2_048;

const part = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const underscored = `${part}(\\.${part})*`;

/** A DNS subdomain whose labels may hold underscores. */
function searchDomain(value: string): string | undefined {
  if (value.length > 253) return "must be no more than 253 bytes";
  return new RegExp(`^${underscored}$`).test(value)
    ? undefined
    : `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${underscored}')`;
}

export function validateDns({ dnsConfig, dnsPolicy }: Received<PodSpec>, field: string): readonly Cause[] {
  const { nameservers = [], searches = [], options } = dnsConfig ?? {};
  if (dnsPolicy === "None" && dnsConfig === undefined)
    return [cause.required(field, "must provide `dnsConfig` when `dnsPolicy` is None")];
  if (dnsPolicy === "None" && nameservers.length === 0) {
    const why = "must provide at least one DNS nameserver when `dnsPolicy` is None";
    return [cause.required(`${field}.nameservers`, why)];
  }
  const tooMany = (list: string, values: readonly string[], most: string) =>
    cause.invalid(`${field}.${list}`, values, `must not have more than ${most}`);
  return [
    ...when(
      nameservers.length > nameserversMax,
      tooMany("nameservers", nameservers, `${nameserversMax} nameservers`),
    ),
    ...each(nameservers, `${field}.nameservers`, validateAddress),
    ...when(searches.length > searchesMax, tooMany("searches", searches, `${searchesMax} search paths`)),
    ...when(
      searches.join(" ").length > searchCharactersMax,
      tooMany(
        "searches",
        searches,
        `${searchCharactersMax} characters (including spaces) in the search list`,
      ),
    ),
    ...each(searches, `${field}.searches`, (search, at) =>
      search === "." ? [] : checked(searchDomain, search.replace(/\.$/, ""), at),
    ),
    ...each(options, `${field}.options`, ({ name = "" }, at) =>
      when(name === "", cause.required(at, "must not be empty")),
    ),
  ];
}

export const validateHostAliases = (
  aliases: Received<PodSpec>["hostAliases"],
  field: string,
): readonly Cause[] =>
  each(aliases, field, ({ ip = "", hostnames }, at) => [
    ...validateAddress(ip, `${at}.ip`),
    ...each(hostnames, `${at}.hostnames`, (name, nameAt) => checked(dnsSubdomain, name, nameAt)),
  ]);

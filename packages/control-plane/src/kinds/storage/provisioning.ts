/** Rules that classes of storage share: who provides it, and with which parameters. Pure. */
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsSubdomain, qualifiedName } from "../../api/names.ts";
import { cause } from "../causes.ts";
import { checked, checkedName, when } from "../rules.ts";

const parametersMax = 512;
const parameterBytesMax = 256 * 1024;
const driverNameBytesMax = 63;

export type Parameters = Readonly<Record<string, string | undefined>>;

export const validateProvisioner = (provisioner: string | undefined, field: string): readonly Cause[] =>
  checkedName(qualifiedName, provisioner?.toLowerCase(), field);

export function validateParameters(parameters: Parameters | undefined, field: string): readonly Cause[] {
  const entries = Object.entries(parameters ?? {});
  if (entries.length > parametersMax) return [cause.tooLong(field, parametersMax)];
  return [
    ...when(
      entries.some(([key]) => key === ""),
      cause.invalid(field, "", "field can not be empty."),
    ),
    ...when(bytesIn(parameters) > parameterBytesMax, cause.tooLong(field, parameterBytesMax)),
  ];
}

/** Keys and values together. */
export const bytesIn = (texts: Parameters | undefined): number =>
  Object.entries(texts ?? {}).reduce((sum, [key, value = ""]) => sum + lengthOf(key) + lengthOf(value), 0);

/** The name by which a CSI driver registers. */
export function validateDriverName(name: string, field: string): readonly Cause[] {
  if (name === "") return [cause.required(field)];
  return [
    ...when(name.length > driverNameBytesMax, cause.tooLong(field, driverNameBytesMax)),
    ...checked((text) => dnsSubdomain(text.toLowerCase()), name, field),
  ];
}

export const lengthOf = (text: string): number => new TextEncoder().encode(text).length;

/** Rules of ports, by number and by name, in Kubernetes' words. Pure. */
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "./causes.ts";
import { validateBetween, when } from "./rules.ts";

const portMax = 65_535;
const portNameBytesMax = 15;
export const protocols = ["SCTP", "TCP", "UDP"];

export const validatePort = (port: number | undefined, field: string): readonly Cause[] =>
  validateBetween(port ?? 0, 1, portMax, field);

/** Names of ports (IANA service names). All that is wrong with one, not only the first. */
export function validatePortName(name: string, field: string): readonly Cause[] {
  const wrong = (isWrong: boolean, why: string) => when(isWrong, cause.invalid(field, name, why));
  return [
    ...wrong(name.length > portNameBytesMax, `must be no more than ${portNameBytesMax} bytes`),
    ...wrong(
      !/^[-a-z0-9]+$/.test(name),
      "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
    ),
    ...wrong(!/[a-z]/.test(name), "must contain at least one letter (a-z)"),
    ...wrong(name.includes("--"), "must not contain consecutive hyphens"),
    ...wrong(/^-|-$/.test(name), "must not begin or end with a hyphen"),
  ];
}

export const validatePortOrName = (port: number | string | undefined, field: string): readonly Cause[] =>
  typeof port === "string" ? validatePortName(port, field) : validatePort(port, field);

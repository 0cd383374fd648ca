/** The flag that says which cluster is meant. */
import type { FlagRow } from "../command/command.ts";

export const dirFlag = {
  kind: "text",
  default: "./.kubus",
  placeholder: "DIR",
  meaning: "The cluster's folder.",
} as const satisfies FlagRow;

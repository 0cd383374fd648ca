/** How volumes may be mounted, and by how many: rules and kubectl's short words. Pure. */
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import { when } from "../../rules.ts";

const shortWords: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};
const accessModes = Object.keys(shortWords);
export const volumeModes = ["Block", "Filesystem"];

export function validateAccessModes(
  modes: readonly string[] | undefined = [],
  field: string,
  whyRequired?: string,
): readonly Cause[] {
  const known = modes.filter((mode) => accessModes.includes(mode));
  const isMixed = known.includes("ReadWriteOncePod") && known.some((mode) => mode !== "ReadWriteOncePod");
  return [
    ...when(modes.length === 0, cause.required(field, whyRequired)),
    ...modes
      .filter((mode) => !accessModes.includes(mode))
      .map((mode) => cause.notSupported(field, mode, accessModes)),
    ...when(isMixed, cause.forbidden(field, "may not use ReadWriteOncePod with other access modes")),
  ];
}

/** `RWO,ROX` */
export const accessModesText = (modes: readonly string[] | undefined = []): string =>
  accessModes
    .filter((mode) => modes.includes(mode))
    .map((mode) => shortWords[mode] ?? "")
    .join(",");

/** The names of a custom kind. Pure. */
import type { CustomResourceDefinitionNames } from "@kubus/shared/api/apiextensions.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dns1035Label } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checked, each, validateRequired, when } from "../../rules.ts";

export function validateNames(
  { plural, singular, kind, listKind, shortNames, categories }: Received<CustomResourceDefinitionNames>,
  field: string,
): readonly Cause[] {
  return [
    ...validateName(plural, `${field}.plural`),
    ...validateName(singular, `${field}.singular`),
    ...validateKindName(kind, `${field}.kind`),
    ...validateKindName(listKind, `${field}.listKind`),
    ...each(shortNames, `${field}.shortNames`, (name, at) => checked(dns1035Label, name, at)),
    ...when(
      kind !== undefined && kind === listKind,
      cause.invalid(`${field}.listKind`, listKind, "kind and listKind may not be the same"),
    ),
    ...each(categories, `${field}.categories`, (name, at) => checked(dns1035Label, name, at)),
  ];
}

const validateName = (name: string | undefined, field: string): readonly Cause[] =>
  name === undefined || name === "" ? validateRequired(name, field) : checked(dns1035Label, name, field);

function validateKindName(name: string | undefined, field: string): readonly Cause[] {
  if (name === undefined || name === "") return validateRequired(name, field);
  const wrong = dns1035Label(name.toLowerCase());
  if (wrong === undefined) return [];
  return [cause.invalid(field, name, `may have mixed case, but should otherwise match: ${wrong}`)];
}

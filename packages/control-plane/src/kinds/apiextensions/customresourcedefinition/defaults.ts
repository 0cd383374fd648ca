/** What a CustomResourceDefinition says when it says nothing (apiextensions `v1/defaults.go`). Pure. */
import type { CustomResourceDefinition } from "@kubus/shared/api/apiextensions.ts";
import type { Received } from "../../received.ts";

export function setDefinitionDefaults(definition: CustomResourceDefinition): CustomResourceDefinition {
  const { spec } = definition as Received<CustomResourceDefinition>;
  if (spec === undefined) return definition;
  const { names = {}, conversion } = spec;
  const { kind = "" } = names;
  const named = kind === "" ? {} : { singular: kind.toLowerCase(), listKind: `${kind}List` };
  const given = Object.fromEntries(Object.entries(names).filter(([, value]) => value !== ""));
  return {
    ...definition,
    spec: {
      ...spec,
      names: { ...named, ...given },
      conversion: { strategy: "None", ...conversion },
    } as CustomResourceDefinition["spec"],
  };
}

/** Conditions of CustomResourceDefinitions. Pure. */
import type { CustomResourceDefinition } from "@kubus/shared/api/apiextensions.ts";
import type { Condition } from "@kubus/shared/api/meta.ts";

export const conditionOf = (
  { status }: Pick<CustomResourceDefinition, "status">,
  type: string,
): Condition | undefined => status?.conditions?.find((condition) => condition.type === type);

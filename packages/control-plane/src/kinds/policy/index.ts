/** Kinds of policy, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { podDisruptionBudgetKind } from "./poddisruptionbudget/kind.ts";

export const policyKinds: readonly Kind[] = [podDisruptionBudgetKind];

export { podDisruptionBudgetKind };

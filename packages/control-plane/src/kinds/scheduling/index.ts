/** Kinds of scheduling.k8s.io, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { priorityClassKind } from "./priorityclass/kind.ts";

export const schedulingKinds: readonly Kind[] = [priorityClassKind];

export { priorityClassKind };
export { systemPriorityClasses } from "./priorityclass/validate.ts";

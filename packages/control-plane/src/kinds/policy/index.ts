/** Kinds of policy, in the order of discovery. */
import type { Kind } from "../kind.ts";

export const policyKinds: readonly Kind[] = [];

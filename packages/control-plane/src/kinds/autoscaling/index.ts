/** Kinds of autoscaling, in the order of discovery. */
import type { Kind } from "../kind.ts";

export const autoscalingKinds: readonly Kind[] = [];

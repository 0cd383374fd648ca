/** Kinds of batch, in the order of discovery. */
import type { Kind } from "../kind.ts";

export const batchKinds: readonly Kind[] = [];

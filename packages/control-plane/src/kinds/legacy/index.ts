/** Kinds of groups and versions that Kubernetes does not serve any more, in the order of discovery. */
import type { Kind } from "../kind.ts";

export const legacyKinds: readonly Kind[] = [];

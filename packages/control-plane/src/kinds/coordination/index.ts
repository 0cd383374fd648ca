/** Kinds of coordination.k8s.io, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { leaseKind } from "./lease/kind.ts";

export const coordinationKinds: readonly Kind[] = [leaseKind];

export { leaseKind };

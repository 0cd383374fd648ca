/** Kinds of node.k8s.io, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { runtimeClassKind } from "./runtimeclass/kind.ts";

export const nodeKinds: readonly Kind[] = [runtimeClassKind];

export { runtimeClassKind };

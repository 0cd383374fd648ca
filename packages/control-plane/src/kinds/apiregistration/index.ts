/** Kinds of apiregistration.k8s.io, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { apiServiceKind } from "./apiservice/kind.ts";

export const apiregistrationKinds: readonly Kind[] = [apiServiceKind];

export { apiServiceKind };

/** Kinds of discovery.k8s.io, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { endpointSliceKind } from "./endpointslice/kind.ts";

export const discoveryKinds: readonly Kind[] = [endpointSliceKind];

export { endpointSliceKind };

/** Kinds of certificates.k8s.io, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { certificateSigningRequestKind } from "./certificatesigningrequest/kind.ts";

export const certificatesKinds: readonly Kind[] = [certificateSigningRequestKind];

export { certificateSigningRequestKind };

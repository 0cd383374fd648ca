/** Kinds of batch, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { cronJobKind } from "./cronjob/kind.ts";
import { jobKind } from "./job/kind.ts";

export const batchKinds: readonly Kind[] = [cronJobKind, jobKind];

export { cronJobKind, jobKind };

/** Kinds of metrics.k8s.io, in the order of discovery. Their plurals are those of the core group's own kinds. */
import type { Kind } from "../kind.ts";
import { nodeMetricsKind } from "./nodemetrics/kind.ts";
import { podMetricsKind } from "./podmetrics/kind.ts";

export const metricsKinds: readonly Kind[] = [nodeMetricsKind, podMetricsKind];

export { nodeMetricsKind, podMetricsKind };

/** Kinds of autoscaling, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { horizontalPodAutoscalerKind } from "./horizontalpodautoscaler/kind.ts";
import { horizontalPodAutoscalerV1Kind } from "./horizontalpodautoscaler/v1.ts";

export const autoscalingKinds: readonly Kind[] = [horizontalPodAutoscalerKind, horizontalPodAutoscalerV1Kind];

export { horizontalPodAutoscalerKind };

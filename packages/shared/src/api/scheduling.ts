/** PriorityClass (scheduling.k8s.io/v1): a name for a pod's rank. */
import type { KubeObject } from "./meta.ts";

export interface PriorityClass extends KubeObject {
  /** Higher goes first; absent is zero. */
  readonly value?: number;
  readonly globalDefault?: boolean;
  readonly description?: string;
  readonly preemptionPolicy?: "PreemptLowerPriority" | "Never";
}

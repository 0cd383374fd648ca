/** What nodes and pods use (metrics.k8s.io/v1beta1). Never stored: asked of the boards. */
import type { KubeObject } from "./meta.ts";
import type { ResourceList } from "./pod.ts";

interface Metrics extends KubeObject {
  /** The end of the window. */
  readonly timestamp: string;
  /** As Go writes durations: `15.003s`. */
  readonly window: string;
}

export interface NodeMetrics extends Metrics {
  readonly usage: ResourceList;
}

export interface ContainerMetrics {
  readonly name: string;
  readonly usage: ResourceList;
}

export interface PodMetrics extends Metrics {
  readonly containers: readonly ContainerMetrics[];
}

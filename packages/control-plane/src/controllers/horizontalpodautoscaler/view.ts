/** What the autoscaler's decision may know. Words only. */
import type { HorizontalPodAutoscaler } from "@kubus/shared/api/autoscaling.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { PodUsage } from "@kubus/shared/bus/usage.ts";
import type { Kind } from "../../kinds/kind.ts";

/** What it scales, as its /scale subresource shows it. */
export interface ScaleTarget {
  readonly kind: Kind;
  readonly object: KubeObject;
  /** How many pods are asked for. */
  readonly replicas: number;
  /** A label selector as text; empty when the target has none. */
  readonly selector: string;
}

/** Something that cannot be told, and why, in Kubernetes' words. */
export interface Failure {
  readonly error: string;
}

export const isFailure = (value: object): value is Failure => "error" in value;

/** One look at the boards' figures. */
export interface Round {
  /** Wall-clock milliseconds at which the boards were asked. */
  readonly at: number;
  /** By uid of the pod. Undefined: the boards were asked, and did not all answer yet. */
  readonly usage: ReadonlyMap<string, PodUsage> | undefined;
}

/** How many pods the figures asked for at some time, before any limit. */
export interface Recommendation {
  readonly at: number;
  readonly replicas: number;
}

/** How many pods came (positive) or went (negative) at some time, because of the autoscaler. */
export interface ScaleEvent {
  readonly at: number;
  readonly change: number;
}

export interface AutoscalerView {
  readonly hpa: HorizontalPodAutoscaler | undefined;
  readonly target: ScaleTarget | Failure;
  /** Those that the target's selector means. */
  readonly pods: readonly Pod[];
  /** Names of all autoscalers, this one included, that scale some of these pods. */
  readonly claimants: readonly string[];
  readonly round: Round;
  /** Of the last hour; see memory.ts. */
  readonly recommendations: readonly Recommendation[];
  /** Wall-clock milliseconds. */
  readonly now: number;
}

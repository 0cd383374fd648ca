/** HorizontalPodAutoscaler (autoscaling/v2) and the parts of its metrics. */
import type { Condition, KubeObject, LabelSelector } from "./meta.ts";

export interface CrossVersionObjectReference {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly name: string;
}

export interface MetricTarget {
  readonly type: "Utilization" | "Value" | "AverageValue";
  readonly value?: string;
  readonly averageValue?: string;
  readonly averageUtilization?: number;
}

export interface MetricValue {
  readonly value?: string;
  readonly averageValue?: string;
  readonly averageUtilization?: number;
}

export interface MetricIdentifier {
  readonly name: string;
  readonly selector?: LabelSelector;
}

/** The part of a metric that says where it comes from. `Amount`: what it shall be, or what it is. */
interface Sources<Amount> {
  readonly object?: Amount & {
    readonly describedObject: CrossVersionObjectReference;
    readonly metric: MetricIdentifier;
  };
  readonly pods?: Amount & { readonly metric: MetricIdentifier };
  readonly external?: Amount & { readonly metric: MetricIdentifier };
  readonly resource?: Amount & { readonly name: string };
  readonly containerResource?: Amount & { readonly name: string; readonly container: string };
}

export interface MetricSpec extends Sources<{ readonly target: MetricTarget }> {
  readonly type: MetricType;
}

export interface MetricStatus extends Sources<{ readonly current: MetricValue }> {
  readonly type: MetricType;
}

export type MetricType = "Object" | "Pods" | "External" | "Resource" | "ContainerResource";

export interface ScalingRules {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy?: "Max" | "Min" | "Disabled";
  readonly policies?: readonly {
    readonly type: "Pods" | "Percent";
    readonly value: number;
    readonly periodSeconds: number;
  }[];
  readonly tolerance?: string;
}

export interface HorizontalPodAutoscaler extends KubeObject {
  readonly spec: {
    readonly scaleTargetRef: CrossVersionObjectReference;
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly metrics?: readonly MetricSpec[];
    readonly behavior?: { readonly scaleUp?: ScalingRules; readonly scaleDown?: ScalingRules };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly lastScaleTime?: string;
    readonly currentReplicas?: number;
    readonly desiredReplicas: number;
    readonly currentMetrics?: readonly MetricStatus[];
    readonly conditions?: readonly Condition[];
  };
}

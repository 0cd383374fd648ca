/** What Kubernetes' autoscaler counts with, by its own defaults (flags of kube-controller-manager). */
export const autoscalerLimits = {
  /** From one look at the figures to the next: `--horizontal-pod-autoscaler-sync-period`. */
  syncIntervalMs: 15_000,
  /** A load that differs from its target by less changes nothing: `--horizontal-pod-autoscaler-tolerance`. */
  tolerance: 0.1,
  /** A pod this young may still be starting: `--horizontal-pod-autoscaler-cpu-initialization-period`. */
  cpuInitializationMs: 5 * 60_000,
  /** A pod that was last unready so soon after its start was never ready: `--horizontal-pod-autoscaler-initial-readiness-delay`. */
  initialReadinessMs: 30_000,
  /** Where no behaviour says otherwise: `--horizontal-pod-autoscaler-downscale-stabilization`. */
  downscaleStabilizationSeconds: 300,
  /** Without a behaviour, one look at most doubles the pods, or makes them four. */
  scaleUpFactor: 2,
  scaleUpMin: 4,
  /** The longest window and the longest period that the API allows: nothing older is remembered. */
  windowMaxMs: 3_600_000,
  periodMaxMs: 1_800_000,
} as const;

/** Figures of a series of measurements. Pure. */
export interface Distribution {
  readonly count: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** The nearest-rank percentiles of at least one number. */
export function distributionOf(values: readonly number[]): Distribution {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { count: sorted.length, min: at(0), p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

/** `n=20  min 12  p50 15  p90 18  p99 22  max 22 ms` */
export function describeDistribution(values: readonly number[], unit: string): string {
  const { count, ...figures } = distributionOf(values);
  const parts = Object.entries(figures).map(
    ([name, value]) => `${name} ${value.toFixed(value < 10 ? 1 : 0)}`,
  );
  return `n=${count}  ${parts.join("  ")} ${unit}`;
}

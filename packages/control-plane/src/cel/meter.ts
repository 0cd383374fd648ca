/**
 * What evaluation costs. One unit is about what one operation on small values takes; Kubernetes' numbers.
 *
 * A rule cannot stall the server: when the meter is used up, evaluation ends with a `cost` error.
 */
import { CelError } from "./errors.ts";

export const celLimits = {
  /** One evaluation of one expression. */
  callCostMax: 1_000_000,
  /** All rules of one custom resource, or all policies on one request. */
  runtimeCostMax: 10_000_000,
  /** Longer sources are not compiled at all. */
  sourceBytesMax: 65_536,
  astNodesMax: 20_000,
  astDepthMax: 250,
  /** A string or list that an expression makes. */
  madeLengthMax: 5_000_000,
} as const;

/** Counts down; shared by all parts of one evaluation. */
export interface Meter {
  left: number;
}

export const makeMeter = (budget: number): Meter => ({ left: budget });

export function charge(meter: Meter, cost: number): void {
  meter.left -= cost;
  if (meter.left < 0) throw new CelError("cost", "operation cancelled: actual cost limit exceeded");
}

/** The cost of looking at what a function was given or made. */
export const sizeCost = (value: unknown): number => {
  if (typeof value === "string" || value instanceof Uint8Array) return Math.ceil(value.length / 10);
  return Array.isArray(value) ? Math.ceil(value.length / 10) : 0;
};

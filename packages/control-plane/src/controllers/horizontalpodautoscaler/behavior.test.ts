/** From what the figures ask for to what may be done now. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HorizontalPodAutoscaler, ScalingRules } from "@kubus/shared/api/autoscaling.ts";
import { start } from "../testing/builders.ts";
import { allowed, type Wish } from "./behavior.ts";

const now = start;
type Spec = HorizontalPodAutoscaler["spec"];
const spec = (more: Partial<Spec> = {}): Spec => ({
  scaleTargetRef: { kind: "Deployment", name: "web" },
  minReplicas: 2,
  maxReplicas: 100,
  ...more,
});
const wish = (current: number, desired: number, more: Partial<Wish> = {}): Wish => ({
  current,
  desired,
  recommendations: [],
  events: [],
  now,
  ...more,
});
const said = (given: Spec, asked: Wish) => {
  const { replicas, stabilized, bounded } = allowed(given, asked);
  return [replicas, stabilized.reason, bounded.reason].join(" ");
};
const up = (rules: ScalingRules) => spec({ behavior: { scaleUp: rules, scaleDown: {} } });
const down = (rules: ScalingRules) =>
  spec({ behavior: { scaleUp: {}, scaleDown: { stabilizationWindowSeconds: 0, ...rules } } });
const ago = (seconds: number) => now - seconds * 1_000;

test("without a behaviour: doubled or four at most, five minutes before fewer, between the bounds", () => {
  assert.equal(said(spec(), wish(1, 50)), "4 ReadyForNewScale ScaleUpLimit");
  assert.equal(said(spec(), wish(10, 50)), "20 ReadyForNewScale ScaleUpLimit");
  assert.equal(said(spec({ maxReplicas: 15 }), wish(10, 50)), "15 ReadyForNewScale TooManyReplicas");
  assert.equal(said(spec(), wish(10, 1)), "2 ReadyForNewScale TooFewReplicas");
  const recommendations = [
    { at: ago(299), replicas: 8 },
    { at: ago(301), replicas: 9 },
  ];
  assert.equal(said(spec(), wish(10, 3, { recommendations })), "8 ScaleDownStabilized DesiredWithinRange");
});

test("policies count from what there was when their period began", () => {
  const rules: ScalingRules = {
    policies: [
      { type: "Pods", value: 4, periodSeconds: 60 },
      { type: "Percent", value: 10, periodSeconds: 60 },
    ],
  };
  assert.equal(said(up(rules), wish(10, 50)), "14 ReadyForNewScale ScaleUpLimit");
  assert.equal(said(up(rules), wish(100, 500)), "100 ReadyForNewScale TooManyReplicas");
  const events = [
    { at: ago(59), change: 3 },
    { at: ago(61), change: 9 },
  ];
  assert.equal(said(up(rules), wish(10, 50, { events })), "11 ReadyForNewScale ScaleUpLimit");
  const spent = [{ at: ago(1), change: 6 }];
  assert.equal(said(up(rules), wish(10, 50, { events: spent })), "10 ReadyForNewScale ScaleUpLimit");
});

test("of several policies the one that is asked for counts, or none", () => {
  const policies: ScalingRules["policies"] = [
    { type: "Pods", value: 4, periodSeconds: 60 },
    { type: "Percent", value: 50, periodSeconds: 60 },
  ];
  const sizes = (selectPolicy: "Max" | "Min" | "Disabled") => [
    allowed(up({ policies, selectPolicy }), wish(10, 50)).replicas,
    allowed(down({ policies, selectPolicy }), wish(10, 1)).replicas,
  ];
  assert.deepEqual(sizes("Max"), [15, 5]);
  assert.deepEqual(sizes("Min"), [14, 6]);
  assert.deepEqual(sizes("Disabled"), [10, 10]);
});

test("a window upwards waits for the lowest, a window downwards for the highest recommendation within it", () => {
  const policies: ScalingRules["policies"] = [{ type: "Percent", value: 900, periodSeconds: 15 }];
  const recommendations = [
    { at: ago(50), replicas: 6 },
    { at: ago(100), replicas: 12 },
  ];
  const rising = up({ stabilizationWindowSeconds: 60, policies });
  assert.equal(said(rising, wish(5, 20, { recommendations })), "6 ScaleUpStabilized DesiredWithinRange");
  const falling = down({
    stabilizationWindowSeconds: 120,
    policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
  });
  assert.equal(said(falling, wish(15, 3, { recommendations })), "12 ScaleDownStabilized DesiredWithinRange");
});

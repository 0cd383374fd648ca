/** What is remembered in the annotation. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { aMeta, start } from "../testing/builders.ts";
import { scaleEventsAnnotation, scaleEventsOf, withScaleEvent } from "./scale-events.ts";

const withText = (text: string) => ({
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: aMeta("web", { annotations: { [scaleEventsAnnotation]: text } }),
  spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, maxReplicas: 3 },
});

test("one more change is added, and what no policy can ask about any more is dropped", () => {
  const old = withText(
    JSON.stringify([
      [start - 1_800_000, 4],
      [start - 1_000, 2],
    ]),
  );
  assert.equal(withScaleEvent(old, { at: start, change: -1 }), `[[${start - 1_000},2],[${start},-1]]`);
});

test("what somebody else wrote there counts as nothing", () => {
  for (const text of ["", "no JSON", "{}", "[1]", '[["a",1]]', "null"])
    assert.deepEqual(scaleEventsOf(withText(text)), [], text);
});

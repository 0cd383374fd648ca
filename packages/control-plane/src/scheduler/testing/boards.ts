/** Boards with pods on them, and what the scheduler decides about one more. */
import assert from "node:assert/strict";
import type { Node } from "@kubus/shared/api/node.ts";
import type { Pod, PodSpec } from "@kubus/shared/api/pod.ts";
import { aNode, aPod } from "../../controllers/testing/builders.ts";
import { boardOf, loadOf, type Board } from "../board.ts";
import { decide, type Decision } from "../decide.ts";
import { surroundingsOf, type Surroundings } from "../surroundings/surroundings.ts";
import { wantOf } from "../want.ts";

export const aBoard = (node: Node, pods: readonly Pod[] = []): Board =>
  boardOf(node, loadOf(pods.map(wantOf)));

/** A board of a zone, with pods of these apps. */
export const zoned = (name: string, zone: string, ...apps: readonly string[]): Board =>
  aBoard(
    aNode(name, { meta: { labels: { zone, "kubernetes.io/hostname": name } } }),
    apps.map((app, i) => aPod(`${name}-${app}-${i}`, { meta: { labels: { app } } })),
  );

export const asking = (requests: Record<string, string>): Partial<PodSpec> => ({
  containers: [{ name: "main", image: "host/sleep", resources: { requests } }],
});

/** The chosen board, or what is said. */
export function textOf(decision: Decision): string {
  switch (decision.type) {
    case "bind":
      return decision.node;
    case "unschedulable":
    case "awaitVictims":
      return decision.message;
    case "preempt":
      return `${decision.node} without ${decision.victims.map(({ pod }) => pod.metadata.name).join(", ")}`;
    default:
      return decision.type;
  }
}

export interface Checking {
  readonly pod?: Pod;
  readonly around?: Partial<Surroundings>;
}

/** What is said of preemption is looked at only where the expected text speaks of it. */
export function check(
  spec: Partial<PodSpec>,
  boards: readonly Board[],
  expected: string,
  { pod = aPod("new", { spec }), around = {} }: Checking = {},
): void {
  const answer = textOf(decide(pod, boards, surroundingsOf(boards, around)));
  const [plain = ""] = answer.split(" preemption: ");
  assert.equal(expected.includes(" preemption: ") ? answer : plain, expected);
}

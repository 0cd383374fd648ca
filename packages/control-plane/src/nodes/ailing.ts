/**
 * Taints of boards that are too hot or short of voltage. Pure.
 *
 * They are avoided, not forbidden (PreferNoSchedule), for the reason that flapping boards are: in a warm room with three
 * boards all may be hot, and pods that wait for winter help nobody. Slowness has no taint: it costs time, not boards, and
 * the scheduler's score is enough. What the taints follow is the agent's condition, which changes rarely.
 */
import { boardCondition, taintKey, type Node, type Taint } from "@kubus/shared/api/node.ts";
import type { Effect } from "../controllers/engine/plan.ts";

interface Ailment {
  readonly condition: string;
  readonly key: string;
  /** Reasons of the events that tell of its beginning and its end. */
  readonly began: string;
  readonly ended: string;
}

const ailments: readonly Ailment[] = [
  {
    condition: boardCondition.overheated,
    key: taintKey.overheated,
    began: "NodeOverheated",
    ended: "NodeCooledDown",
  },
  {
    condition: boardCondition.underVoltage,
    key: taintKey.underVoltage,
    began: "NodeUnderVoltage",
    ended: "NodeHasVoltage",
  },
];

export const ailingKeys: readonly string[] = ailments.map(({ key }) => key);

const conditionOf = ({ status }: Node, type: string) =>
  status?.conditions?.find((condition) => condition.type === type);

export const ailingTaints = (node: Node): readonly Pick<Taint, "key" | "effect">[] =>
  ailments
    .filter(({ condition }) => conditionOf(node, condition)?.status === "True")
    .map(({ key }) => ({ key, effect: "PreferNoSchedule" }));

/** What is said when one of these taints comes or goes. */
export function ailingEvents(node: Node, wanted: readonly Taint[]): readonly Effect[] {
  const { name, uid } = node.metadata;
  const present = node.spec.taints ?? [];
  return ailments.flatMap(({ condition, key, began, ended }): readonly Effect[] => {
    const has = (taints: readonly Taint[]) => taints.some((taint) => taint.key === key);
    if (has(present) === has(wanted)) return [];
    const { message = "its sensor says so" } = conditionOf(node, condition) ?? {};
    return [
      {
        type: "recordEvent",
        about: { kind: "Node", apiVersion: "v1", name, uid },
        eventType: has(wanted) ? "Warning" : "Normal",
        reason: has(wanted) ? began : ended,
        message: `Node ${name}: ${message}`,
      },
    ];
  });
}

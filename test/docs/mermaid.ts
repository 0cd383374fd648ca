/**
 * A chart as Mermaid's `stateDiagram-v2`. Pure.
 *
 * States are named by their path (dots become `__`), so that equal names in different places stay apart.
 */
import type { Chart, ChartEdge, ChartState } from "@kubus/shared/machine/chart.ts";

export function mermaidOf(chart: Chart): string {
  return [
    "stateDiagram-v2",
    ...levelOf(chart, undefined, "  "),
    ...chart.edges.filter(isDrawn).map((edge) => `  ${arrow(edge)}`),
    ...notesOf(chart),
  ].join("\n");
}

const idOf = (path: string): string => path.replaceAll(".", "__");

/** The states below one parent, each with what is inside it. */
function levelOf(chart: Chart, parent: string | undefined, indent: string): readonly string[] {
  const states = chart.states.filter((state) => state.parent === parent);
  return states.flatMap((state, index) => [
    ...(index > 0 && isParallel(chart, parent) ? [`${indent}--`] : []),
    ...stateLines(chart, state, indent),
  ]);
}

function stateLines(chart: Chart, state: ChartState, indent: string): readonly string[] {
  const { path, name, parent, kind, initial, description } = state;
  const id = idOf(path);
  const inner = levelOf(chart, path, `${indent}  `);
  const label = `${name}${description === undefined ? "" : `: ${plain(description)}`}`;
  return [
    ...(inner.length > 0 || id !== label ? [`${indent}state "${label}" as ${id}`] : [`${indent}${id}`]),
    ...(inner.length > 0 ? [`${indent}state ${id} {`, ...inner, `${indent}}`] : []),
    ...(initial && !isParallel(chart, parent) ? [`${indent}[*] --> ${id}`] : []),
    ...(kind === "final" ? [`${indent}${id} --> [*]`] : []),
  ];
}

const isParallel = ({ states }: Chart, path: string | undefined): boolean =>
  path !== undefined && states.some((state) => state.path === path && state.kind === "parallel");

const isDrawn = ({ from, to }: ChartEdge): boolean => from !== "" && to !== undefined;

const arrow = ({ from, to, on, guard }: ChartEdge): string =>
  `${idOf(from)} --> ${idOf(to ?? from)}: ${plain(on)}${guard === undefined ? "" : ` [${plain(guard)}]`}`;

/** What is possible from anywhere would be an arrow from every state; it is a note at its target instead. */
function notesOf({ edges }: Chart): readonly string[] {
  return edges
    .filter(({ from, to }) => from === "" && to !== undefined)
    .map(({ to, on, guard }) => {
      const condition = guard === undefined ? "" : ` [${plain(guard)}]`;
      return `  note left of ${idOf(to ?? "")}: from anywhere on ${plain(on)}${condition}`;
    });
}

/** Mermaid ends labels at these. */
const plain = (text: string): string => text.replace(/["`;]/g, "'").replaceAll(":", " ");

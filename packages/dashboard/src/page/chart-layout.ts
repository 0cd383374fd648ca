/**
 * Where the states and arrows of a chart go, computed once per machine by ELK (loaded when first needed).
 */
import type { Chart, ChartEdge, ChartState } from "@kubus/shared/machine/chart.ts";
import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface StateBox extends Box {
  readonly state: ChartState;
  /** Smaller lines under the name: what runs in it, what leads to it from anywhere. */
  readonly notes: readonly string[];
  readonly hasChildren: boolean;
}

export interface ArrowLabel {
  readonly text: string;
  readonly edge: ChartEdge;
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly labels: readonly ArrowLabel[];
  readonly labelBox: Box | undefined;
}

export interface ChartLayout {
  readonly width: number;
  readonly height: number;
  readonly states: readonly StateBox[];
  readonly arrows: readonly Arrow[];
  /** The dots from which the first arrow of a level starts. */
  readonly starts: readonly Box[];
}

const sizes = { nameChar: 8, noteChar: 6.1, labelChar: 6.1, lineHeight: 15, header: 30, dot: 10 };

const layoutOptions = {
  "elk.algorithm": "layered",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.json.shapeCoords": "ROOT",
  "elk.json.edgeCoords": "ROOT",
  "elk.edgeRouting": "SPLINES",
  "elk.spacing.nodeNode": "36",
  "elk.spacing.edgeLabel": "4",
  "elk.layered.spacing.nodeNodeBetweenLayers": "34",
  "elk.layered.spacing.edgeNodeBetweenLayers": "16",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
};

const known = new WeakMap<Chart, Promise<ChartLayout>>();

export function layoutOf(chart: Chart): Promise<ChartLayout> {
  const layout = known.get(chart) ?? compute(chart);
  known.set(chart, layout);
  return layout;
}

/** What a chart may be wide before it must be drawn smaller. */
const comfortableWidth = 850;

/** From top to bottom or from left to right, whichever can be drawn larger. */
async function compute(chart: Chart): Promise<ChartLayout> {
  const { default: Elk } = await import("elkjs/lib/elk.bundled.js");
  const elk = new Elk.default();
  const layouts: ChartLayout[] = [];
  for (const direction of ["DOWN", "RIGHT"]) {
    layouts.push(readBack(chart, await elk.layout(graphOf(chart, direction))));
  }
  const scale = ({ width }: ChartLayout) => Math.min(1, comfortableWidth / width);
  const [best] = layouts.sort((a, b) => scale(b) - scale(a) || a.height - b.height);
  if (best === undefined) throw new Error("A chart without a layout.");
  return best;
}

const graphOf = (chart: Chart, direction: string): ElkNode => ({
  id: "(root)",
  layoutOptions: { ...layoutOptions, "elk.direction": direction },
  children: nodesBelow(chart, undefined),
  edges: [...arrowsOf(chart), ...startsOf(chart)],
});

const startId = (parent: string | undefined): string => `(start) ${parent ?? ""}`;

function nodesBelow(chart: Chart, parent: string | undefined): ElkNode[] {
  const states = chart.states.filter((state) => state.parent === parent);
  const container = chart.states.find(({ path }) => path === parent);
  const hasStart =
    states.some(({ initial }) => initial) &&
    !(container?.kind === "parallel" || isParallelRoot(chart, parent));
  const start = { id: startId(parent), width: sizes.dot, height: sizes.dot };
  return [...(hasStart ? [start] : []), ...states.map((state) => nodeOf(chart, state))];
}

/** Regions side by side: all of them are initial. */
const isParallelRoot = ({ states }: Chart, parent: string | undefined): boolean => {
  const level = states.filter((state) => state.parent === parent);
  return level.length > 1 && level.every(({ initial }) => initial);
};

function nodeOf(chart: Chart, state: ChartState): ElkNode {
  const children = nodesBelow(chart, state.path);
  const notes = notesOf(chart, state);
  const top = sizes.header + notes.length * sizes.lineHeight;
  const width =
    Math.max(70, state.name.length * sizes.nameChar, ...notes.map((note) => note.length * sizes.noteChar)) +
    24;
  const inner = {
    "elk.padding": `[top=${top + 6},left=16,bottom=16,right=16]`,
    "elk.nodeSize.constraints": "MINIMUM_SIZE",
    "elk.nodeSize.minimum": `(${width}, ${top})`,
  };
  return children.length > 0
    ? { id: state.path, children, layoutOptions: inner }
    : { id: state.path, width, height: top + 2 };
}

function notesOf({ edges }: Chart, { path, invokes }: ChartState): readonly string[] {
  const anywhere = edges.filter((edge) => edge.from === "" && edge.to === path);
  return [
    ...invokes.map((name) => `runs ${name}`),
    ...anywhere.map((edge) => `from anywhere: ${labelText(edge)}`),
  ];
}

export const labelText = ({ on, guard }: ChartEdge): string =>
  guard === undefined ? on : `${on} [${guard}]`;

/** Edges between the same two states are one arrow with several lines of text. */
function groupsOf({ edges }: Chart): readonly (readonly [string, readonly ChartEdge[]])[] {
  const drawn = edges.filter(({ from, to }) => from !== "" && to !== undefined);
  return [...Map.groupBy(drawn, ({ from, to }) => `${from}→${to ?? ""}`)];
}

function arrowsOf(chart: Chart): ElkExtendedEdge[] {
  return groupsOf(chart).map(([id, edges]) => {
    const texts = edges.map(labelText);
    const width = Math.max(...texts.map((text) => text.length)) * sizes.labelChar + 8;
    const label = { text: texts.join("\n"), width, height: texts.length * sizes.lineHeight };
    return { id, sources: [edges[0]?.from ?? ""], targets: [edges[0]?.to ?? ""], labels: [label] };
  });
}

function startsOf(chart: Chart): ElkExtendedEdge[] {
  return chart.states
    .filter(({ initial, parent }) => initial && !isParallelRoot(chart, parent))
    .filter(({ parent }) => chart.states.find(({ path }) => path === parent)?.kind !== "parallel")
    .map(({ path, parent }) => ({ id: `(first) ${path}`, sources: [startId(parent)], targets: [path] }));
}

function readBack(chart: Chart, graph: ElkNode): ChartLayout {
  const nodes = allBelow(graph);
  const boxOf = ({ x = 0, y = 0, width = 0, height = 0 }: ElkNode): Box => ({ x, y, width, height });
  const states = chart.states.map((state) => {
    const node = nodes.get(state.path) ?? { id: state.path };
    return {
      ...boxOf(node),
      state,
      notes: notesOf(chart, state),
      hasChildren: (node.children ?? []).length > 0,
    };
  });
  const groups = new Map(groupsOf(chart));
  return {
    width: graph.width ?? 0,
    height: graph.height ?? 0,
    states,
    starts: [...nodes.values()].filter(({ id }) => id.startsWith("(start)")).map(boxOf),
    arrows: (graph.edges ?? []).map((edge) => arrowOf(edge, groups.get(edge.id) ?? [])),
  };
}

function allBelow(node: ElkNode): Map<string, ElkNode> {
  const below = (node.children ?? []).flatMap((child) => [child, ...allBelow(child).values()]);
  return new Map(below.map((child) => [child.id, child]));
}

function arrowOf(
  { sources, targets, sections = [], labels = [] }: ElkExtendedEdge,
  edges: readonly ChartEdge[],
): Arrow {
  const points = sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [
    startPoint,
    ...bendPoints,
    endPoint,
  ]);
  const [label] = labels;
  return {
    from: sources[0] ?? "",
    to: targets[0] ?? "",
    points,
    labels: edges.map((edge) => ({ text: labelText(edge), edge })),
    labelBox:
      label === undefined
        ? undefined
        : { x: label.x ?? 0, y: label.y ?? 0, width: label.width ?? 0, height: label.height ?? 0 },
  };
}

/** A statechart drawn from its definition, with the states that are active now, and the timers that run. */
import type { Chart } from "@kubus/shared/machine/chart.ts";
import type { ActorReport } from "@kubus/shared/machine/registry.ts";
import { delayName } from "@kubus/shared/machine/event-name.ts";
import { activePaths } from "@kubus/shared/machine/state-value.ts";
import type { Transition } from "../picture/picture.ts";
import { layoutOf, type Arrow, type ChartLayout, type StateBox } from "./chart-layout.ts";
import { setAttributes, setText, svg } from "./dom.ts";

export interface ChartView {
  readonly element: SVGSVGElement;
  /** Lights what is active. `now` is the servers' clock. */
  light(report: ActorReport, last: Transition | undefined, now: number): void;
}

interface DrawnLabel {
  readonly element: SVGTextElement;
  readonly text: string;
  readonly from: string;
  readonly to: string;
  readonly on: string;
}

export async function drawChart(chart: Chart): Promise<ChartView> {
  const layout = await layoutOf(chart);
  const states = new Map(layout.states.map((box) => [box.state.path, drawState(box)]));
  const arrows = layout.arrows.map((arrow) => ({ arrow, path: drawPath(arrow) }));
  const labels = layout.arrows.flatMap(drawLabels);
  const element = frame(chart, layout, [
    ...states.values(),
    ...arrows.map(({ path }) => path),
    ...layout.starts.map(({ x, y, width }) =>
      svg("circle", { class: "start", cx: x + width / 2, cy: y + width / 2, r: width / 2 }),
    ),
    ...labels.map((label) => label.element),
  ]);
  let flashed: Transition | undefined;

  const light = (report: ActorReport, last: Transition | undefined, now: number) => {
    const active = new Set(report.status === "active" ? activePaths(report.state) : []);
    for (const [path, group] of states) setAttributes(group, { "data-active": active.has(path) });
    const timers = new Map(
      report.timers.map((timer) => [`after ${delayName(timer.id, report.machine)}`, timer]),
    );
    for (const { element, text, from, on } of labels) {
      const timer = active.has(from) ? timers.get(on) : undefined;
      setAttributes(element, { "data-running": timer !== undefined });
      setText(element, timer === undefined ? text : `${text}: ${countdown(timer.firesAt - now)}`);
    }
    if (last !== flashed) {
      flashed = last;
      if (last !== undefined) flash(arrows, labels, last);
      const innermost = [...active].at(-1);
      if (innermost !== undefined)
        states.get(innermost)?.scrollIntoView({ block: "nearest", behavior: "smooth" });
    }
  };
  return { element, light };
}

export const countdown = (ms: number): string => `${(Math.max(0, ms) / 1_000).toFixed(1)} s`;

function frame(chart: Chart, { width, height }: ChartLayout, children: readonly SVGElement[]): SVGSVGElement {
  const arrowHead = svg(
    "marker",
    {
      id: "arrow",
      viewBox: "0 0 8 8",
      refX: 7,
      refY: 4,
      markerWidth: 7,
      markerHeight: 7,
      orient: "auto-start-reverse",
    },
    svg("path", { d: "M0 0.6 8 4 0 7.4z" }),
  );
  return svg(
    "svg",
    {
      class: "chart",
      viewBox: `-4 -4 ${width + 8} ${height + 8}`,
      width: width + 8,
      height: height + 8,
      role: "img",
      "aria-label": `Statechart of ${chart.id}`,
    },
    svg("defs", {}, arrowHead),
    ...children,
  );
}

function drawState({ state, x, y, width, height, notes, hasChildren }: StateBox): SVGGElement {
  const center = x + width / 2;
  const lines = notes.map((note, index) =>
    svg("text", { class: "note", x: center, y: y + 36 + index * 15 }, note),
  );
  return svg(
    "g",
    { class: "chart-state", "data-path": state.path, "data-kind": hasChildren ? "compound" : state.kind },
    svg("title", {}, state.description ?? state.path),
    svg("rect", { x, y, width, height, rx: 9 }),
    ...(state.kind === "final"
      ? [svg("rect", { class: "inner", x: x + 3, y: y + 3, width: width - 6, height: height - 6, rx: 7 })]
      : []),
    svg("text", { class: "name", x: center, y: y + 20 }, state.name),
    ...lines,
  );
}

/** ELK's splines: a start, then groups of three control points. */
function drawPath({ points, from, to }: Arrow): SVGPathElement {
  const [start, ...rest] = points;
  const text = rest.map(({ x, y }) => `${x} ${y}`);
  const curves = rest.length % 3 === 0 ? `C${text.join(" ")}` : `L${text.join(" L")}`;
  return svg("path", {
    class: "arrow",
    d: start === undefined ? "" : `M${start.x} ${start.y} ${curves}`,
    "data-from": from,
    "data-to": to,
    "marker-end": "url(#arrow)",
  });
}

function drawLabels({ labels, labelBox, from, to }: Arrow): readonly DrawnLabel[] {
  if (labelBox === undefined) return [];
  const { x, y, width } = labelBox;
  return labels.map(({ text, edge }, index) => ({
    element: svg("text", { class: "label", x: x + width / 2, y: y + 11 + index * 15 }, text),
    text,
    from,
    to,
    on: edge.on,
  }));
}

/** Shows for a moment which way it went. */
function flash(
  arrows: readonly { readonly arrow: Arrow; readonly path: SVGPathElement }[],
  labels: readonly DrawnLabel[],
  { from, to, event }: Transition,
): void {
  const left = new Set(activePaths(from));
  const entered = new Set(activePaths(to));
  const taken = labels.find((label) => label.on === event && left.has(label.from) && entered.has(label.to));
  const way = arrows.find(({ arrow }) => arrow.from === taken?.from && arrow.to === taken.to);
  for (const element of [taken?.element, way?.path]) {
    element?.animate(
      [
        {
          stroke: "var(--accent)",
          fill: element === way?.path ? "none" : "var(--accent)",
          strokeWidth: "3px",
        },
        {},
      ],
      { duration: 1_500 },
    );
  }
}

/**
 * Everything that lives in one process: a list of actors, and the statechart of the one that is chosen.
 */
import { stateText } from "@kubus/shared/machine/state-value.ts";
import type { Picture, SeenActor } from "../picture/picture.ts";
import { spanText } from "../picture/quantity.ts";
import { countdown, drawChart, type ChartView } from "./chart-view.ts";
import { byId, h, setAttributes, setChildren, setText } from "./dom.ts";

export interface ActorsView {
  show(picture: Picture): void;
  /** Moves countdowns on; cheap. */
  tick(picture: Picture): void;
}

/** More rows than this are not drawn: the filter narrows them down. */
const rowsMax = 300;

export function actorsView(onWhere: (where: string) => void): ActorsView {
  const where = h("select", { "aria-label": "Process" });
  const machine = h("select", { "aria-label": "Machine" });
  const filter = h("input", {
    type: "search",
    placeholder: "filter by name or state",
    "aria-label": "Filter",
  });
  const count = h("span", { class: "count", "aria-live": "polite" });
  const list = h("div", { class: "actor-list", role: "list" });
  const panel = h("div", { class: "actor-panel" });
  byId("actors-view").append(
    h("div", { class: "actor-side" }, h("div", { class: "filters" }, where, machine, filter, count), list),
    panel,
  );
  const rows = new Map<string, HTMLButtonElement>();
  const focus = actorPanel(panel);
  let picture: Picture | undefined;

  const show = (next: Picture) => {
    picture = next;
    setOptions(
      where,
      [["server", "control plane"], ...[...next.nodes.keys()].sort().map((name) => [name, name] as const)],
      next.where,
    );
    const machines = [...new Set([...next.actors.values()].map(({ report }) => report.machine))].sort();
    setOptions(machine, [["", "all machines"], ...machines.map((id) => [id, id] as const)], machine.value);
    const shown = [...next.actors.values()]
      .filter((actor) => isWanted(actor, machine.value, filter.value))
      .sort(byName);
    setText(count, `${shown.length} ${shown.length === 1 ? "actor" : "actors"}`);
    const now = Date.now() + next.clockOffsetMs;
    setChildren(
      list,
      shown.slice(0, rowsMax).map((actor) => rowOf(rows, actor, now, choose)),
    );
    for (const id of rows.keys()) if (!next.actors.has(id)) rows.delete(id);
    focus.show(next);
    markChosen();
  };
  const markChosen = () => {
    for (const [id, row] of rows) setAttributes(row, { "aria-current": id === focus.chosen() });
  };
  const choose = (id: string) => {
    focus.choose(id);
    if (picture !== undefined) focus.show(picture);
    markChosen();
  };
  where.addEventListener("change", () => onWhere(where.value));
  for (const input of [machine, filter]) input.addEventListener("input", () => picture && show(picture));

  return {
    show,
    tick: (next) => {
      const now = Date.now() + next.clockOffsetMs;
      for (const [id, row] of rows) {
        const actor = next.actors.get(id);
        if (row.isConnected && actor !== undefined) showTimer(row, actor, now);
      }
      focus.light(next);
    },
  };
}

const byName = (a: SeenActor, b: SeenActor) =>
  Number(a.ended) - Number(b.ended) || a.report.id.localeCompare(b.report.id, "en", { numeric: true });

function isWanted({ report }: SeenActor, machine: string, text: string): boolean {
  if (machine !== "" && report.machine !== machine) return false;
  return `${report.id} ${stateText(report.state)}`.toLowerCase().includes(text.trim().toLowerCase());
}

function setOptions(
  select: HTMLSelectElement,
  options: readonly (readonly [string, string])[],
  chosen: string,
): void {
  const shown = [...select.options].map(({ value }) => value).join("\n");
  if (select.options.length === 0 || shown !== options.map(([value]) => value).join("\n")) {
    select.replaceChildren(...options.map(([value, text]) => h("option", { value }, text)));
  }
  if (select.value !== chosen) select.value = options.some(([value]) => value === chosen) ? chosen : "";
}

function rowOf(
  rows: Map<string, HTMLButtonElement>,
  actor: SeenActor,
  now: number,
  choose: (id: string) => void,
): HTMLElement {
  const { report, ended } = actor;
  const row = rows.get(report.id) ?? newRow(report.id, choose);
  rows.set(report.id, row);
  const [name, machine, state] = row.children;
  if (name !== undefined) setText(name, report.id);
  if (machine !== undefined) setText(machine, report.machine);
  if (state !== undefined) setText(state, ended ? "ended" : stateText(report.state));
  setAttributes(row, { "data-actor": report.id, "data-state": stateText(report.state), "data-ended": ended });
  showTimer(row, actor, now);
  return row;
}

function newRow(id: string, choose: (id: string) => void): HTMLButtonElement {
  const parts = ["name", "machine", "state", "timer"].map((name) => h("span", { class: name }));
  const row = h("button", { type: "button", class: "actor", role: "listitem" }, ...parts);
  row.addEventListener("click", () => choose(id));
  return row;
}

/** The timer that fires next, else since when nothing happened. */
function showTimer(row: HTMLElement, { report, ended }: SeenActor, now: number): void {
  const next = Math.min(...report.timers.map(({ firesAt }) => firesAt));
  const element = row.children[3];
  if (element === undefined) return;
  const running = Number.isFinite(next) && !ended;
  setAttributes(element, { "data-running": running });
  setText(element, running ? `in ${countdown(next - now)}` : spanText(now - report.since));
}

interface ActorPanel {
  chosen(): string | undefined;
  choose(id: string): void;
  show(picture: Picture): void;
  light(picture: Picture): void;
}

function actorPanel(panel: HTMLElement): ActorPanel {
  const title = h("h2");
  const drawing = h("div", { class: "drawing" });
  const history = h("ol", { class: "history", "aria-label": "Last transitions" });
  const hint = h("p", { class: "empty" }, "Choose an actor to see its statechart.");
  const why = h("p", { class: "why" });
  panel.append(title, why, hint, drawing, history);
  let chosen: string | undefined;
  let last: SeenActor | undefined;
  let drawn: { readonly machine: string; readonly view: ChartView | undefined } | undefined;

  const draw = (picture: Picture, machine: string) => {
    if (drawn?.machine === machine) return;
    drawn = { machine, view: undefined };
    drawing.replaceChildren();
    const chart = picture.charts.get(machine);
    if (chart === undefined) {
      drawn = undefined; // Its chart is on its way.
      return;
    }
    drawChart(chart).then(
      (view) => {
        if (drawn?.machine !== machine) return;
        drawn = { machine, view };
        drawing.replaceChildren(view.element);
        light(picture);
      },
      (error: unknown) =>
        drawing.replaceChildren(h("p", { class: "empty" }, `The chart cannot be drawn: ${String(error)}`)),
    );
  };
  const light = ({ clockOffsetMs }: Picture) => {
    if (last !== undefined) drawn?.view?.light(last.report, last.history[0], Date.now() + clockOffsetMs);
  };
  return {
    chosen: () => chosen,
    choose: (id) => {
      if (chosen !== id) last = undefined;
      chosen = id;
    },
    light,
    show: (picture) => {
      const actor = chosen === undefined ? undefined : (picture.actors.get(chosen) ?? last);
      last = actor;
      setAttributes(hint, { hidden: actor !== undefined });
      setText(title, actor === undefined ? "" : `${actor.report.id}${actor.ended ? " (ended)" : ""}`);
      setText(why, actor?.report.why ?? "");
      setAttributes(why, { hidden: (actor?.report.why ?? "") === "" });
      setChildren(history, (actor?.history ?? []).map(transitionLine));
      if (actor === undefined) {
        drawing.replaceChildren();
        drawn = undefined;
        return;
      }
      draw(picture, actor.report.machine);
      light(picture);
    },
  };
}

const transitionLine = ({ from, to, event, at }: SeenActor["history"][number]): HTMLElement =>
  h(
    "li",
    {},
    h("time", {}, new Date(at).toLocaleTimeString()),
    h("span", {}, from === undefined ? stateText(to) : `${stateText(from)} → ${stateText(to)}`),
    h("em", {}, event),
  );

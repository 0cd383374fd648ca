/** One board: its cable, its name and condition, its figures, its pods, and the buttons of its virtual cable. */
import type { Board, Figure } from "../picture/boards.ts";
import { newCable, showCable } from "./cable.ts";
import { h, setAttributes, setChildren, setText } from "./dom.ts";

export type CableDeed = "pull" | "plug" | "silent";

export interface BoardCard {
  readonly element: HTMLElement;
  /** Where the pods' chips go. */
  readonly pods: HTMLElement;
  show(board: Board, canPullCables: boolean): void;
}

const buttonWords: Readonly<Record<CableDeed, string>> = {
  pull: "Pull",
  silent: "Cut silently",
  plug: "Plug in",
};

export function newBoardCard(name: string, onCable: (deed: CableDeed) => void): BoardCard {
  const cable = newCable();
  const status = h("span", { class: "status" });
  const model = h("p", { class: "model" });
  const figures = h("dl", { class: "figures" });
  const pods = h("div", { class: "pods" });
  const empty = h("p", { class: "empty" }, "no pods");
  const buttons = (["pull", "silent", "plug"] as const).map((deed) => {
    const button = h(
      "button",
      { type: "button", "data-do": deed, "aria-label": `${buttonWords[deed]}: ${name}` },
      buttonWords[deed],
    );
    button.addEventListener("click", () => onCable(deed));
    return button;
  });
  const controls = h("div", { class: "controls" }, ...buttons);
  const card = h(
    "article",
    { class: "card", "aria-label": name },
    h("header", {}, h("h3", {}, name), status),
    model,
    figures,
    pods,
    empty,
    controls,
  );
  const element = h("div", { class: "slot", "data-board": name }, cable, card);

  const show = (board: Board, canPullCables: boolean) => {
    const ready = board.ready === "unknown" ? undefined : String(board.ready === "yes");
    const isAtOdds = board.ready === "yes" && (board.isCordoned || (board.cable ?? "plugged") !== "plugged");
    setAttributes(element, { "data-ready": ready, "data-role": board.role, "data-at-odds": isAtOdds });
    showCable(cable, board.cable);
    setText(status, statusText(board));
    setText(model, board.model);
    showFigures(figures, board.figures);
    setAttributes(empty, { hidden: board.pods.length > 0 || board.role === "server" });
    setAttributes(controls, { hidden: !canPullCables || board.cable === undefined });
    for (const button of buttons) {
      const fits = button.dataset["do"] === "plug" ? board.cable !== "plugged" : board.cable === "plugged";
      setAttributes(button, { hidden: !fits });
    }
  };
  return { element, pods, show };
}

const statusText = ({ status, ready, isCordoned, cable }: Board): string => {
  const words = { BoardUnreachable: "unreachable", AgentStopped: "agent stopped", AgentJoining: "joining" };
  const word = words[status as keyof typeof words] ?? status;
  if (ready === "yes" && isCordoned) return "cordoned";
  return ready === "yes" && cable !== "plugged" && cable !== undefined ? "silence…" : word;
};

function showFigures(list: HTMLElement, figures: readonly Figure[]): void {
  const elements = figures.map(({ name, text, part, isAlarming }) => {
    const known = list.querySelector<HTMLElement>(`[data-figure="${name}"]`);
    const element = known ?? newFigure(name);
    const [, value, bar] = element.children;
    setAttributes(element, { "data-alarming": isAlarming, "data-has-part": part !== undefined });
    if (value !== undefined) setText(value, text);
    const fill = bar?.firstElementChild as HTMLElement | null | undefined;
    fill?.style.setProperty("inline-size", `${Math.round((part ?? 0) * 100)}%`);
    return element;
  });
  setChildren(list, elements);
}

const newFigure = (name: string): HTMLElement =>
  h(
    "div",
    { "data-figure": name },
    h("dt", {}, name),
    h("dd", {}),
    h("div", { class: "bar", "aria-hidden": "true" }, h("span")),
  );

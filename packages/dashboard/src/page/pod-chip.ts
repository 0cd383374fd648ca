/** A pod as a small button: coloured by its state, with its name and how often it was restarted. */
import type { PodOnBoard } from "../picture/boards.ts";
import { h, setAttributes, setText } from "./dom.ts";

export function newChip(onOpen: (key: string) => void): HTMLButtonElement {
  const chip = h(
    "button",
    { type: "button", class: "pod" },
    h("span", { class: "dot", "aria-hidden": "true" }),
    h("span", { class: "name" }),
    h("span", { class: "word" }),
    h("span", { class: "restarts", hidden: true }),
  );
  chip.addEventListener("click", () => onOpen(chip.dataset["pod"] ?? ""));
  return chip;
}

export function showChip(
  chip: HTMLElement,
  { key, name, namespace, word, tone, restarts }: PodOnBoard,
): void {
  const title = `${namespace}/${name}: ${word}${restarts > 0 ? `, restarted ${restarts} times` : ""}`;
  setAttributes(chip, { "data-pod": key, "data-state": word, "data-tone": tone, title, "aria-label": title });
  const [, nameElement, wordElement, restartsElement] = chip.children;
  if (nameElement === undefined || wordElement === undefined || restartsElement === undefined) return;
  setText(nameElement, namespace === "default" ? name : `${namespace}/${name}`);
  setText(wordElement, word === "Running" && tone === "good" ? "" : word);
  setText(restartsElement, `↻ ${restarts}`);
  setAttributes(restartsElement, { hidden: restarts === 0 });
}

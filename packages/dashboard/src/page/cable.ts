/** The cable that a board hangs on, drawn from the switch (above) to the card (below). */
import type { CableState } from "@kubus/shared/feed/messages.ts";
import { h, setAttributes, svg } from "./dom.ts";

const words: Readonly<Record<CableState, string>> = {
  plugged: "cable plugged in",
  pulled: "cable pulled",
  silent: "cable silently cut: link up, packets lost",
};

/** Three drawings in one; the style sheet shows the one that is true. */
export function newCable(): HTMLElement {
  const drawing = svg(
    "svg",
    { viewBox: "0 0 120 64", role: "img" },
    svg("rect", { class: "port", x: 48, y: 0, width: 24, height: 10, rx: 2 }),
    svg(
      "g",
      { class: "when-plugged" },
      svg("path", { class: "wire", d: "M60 10 V54" }),
      svg("rect", { class: "plug", x: 53, y: 8, width: 14, height: 10, rx: 2 }),
    ),
    svg(
      "g",
      { class: "when-pulled" },
      svg("path", { class: "wire", d: "M60 54 C60 40 60 40 74 38 S92 34 92 48" }),
      svg("rect", { class: "plug", x: 85, y: 44, width: 14, height: 10, rx: 2 }),
    ),
    svg(
      "g",
      { class: "when-silent" },
      svg("path", { class: "wire", d: "M60 10 V27" }),
      svg("path", { class: "wire", d: "M60 39 V54" }),
      svg("path", { class: "cut", d: "M54 27 L66 39 M66 27 L54 39" }),
      svg("rect", { class: "plug", x: 53, y: 8, width: 14, height: 10, rx: 2 }),
    ),
    svg("rect", { class: "port", x: 48, y: 54, width: 24, height: 10, rx: 2 }),
  );
  // A pulse that moves is an element of its own: moving it costs no drawing.
  return h("div", { class: "cable" }, drawing, h("i", { class: "pulse", "aria-hidden": "true" }));
}

export function showCable(cable: HTMLElement, state: CableState | undefined): void {
  setAttributes(cable, { "data-cable": state ?? "plugged" });
  const drawing = cable.firstElementChild;
  if (drawing !== null) setAttributes(drawing, { "aria-label": words[state ?? "plugged"] });
}

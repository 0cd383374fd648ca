/** What happened, newest first: Kubernetes' events. */
import type { Event } from "@kubus/shared/api/core.ts";
import { keyOf } from "@kubus/shared/api/meta.ts";
import { eventsByTime, eventTime, type Picture } from "../picture/picture.ts";
import { byId, h, setChildren, setText } from "./dom.ts";

/** More than anybody reads; `kubectl get events` has them all. */
const shownMax = 60;

export function timeline(): { show(picture: Picture): void } {
  const list = byId("events");
  const lines = new Map<string, { readonly element: HTMLElement; version: string }>();

  const lineOf = (event: Event): HTMLElement => {
    const key = keyOf(event);
    const version = event.metadata.resourceVersion;
    const known = lines.get(key);
    if (known?.version === version) return known.element;
    const element = known?.element ?? h("li");
    element.replaceChildren(...partsOf(event));
    element.dataset["type"] = event.type ?? "Normal";
    lines.set(key, { element, version });
    return element;
  };

  return {
    show: ({ events }) => {
      const shown = eventsByTime(events.values()).slice(0, shownMax);
      setChildren(list, shown.map(lineOf));
      for (const key of lines.keys()) if (!events.has(key)) lines.delete(key);
      if (shown.length === 0) setText(list, "Nothing has happened yet.");
    },
  };
}

function partsOf(event: Event): readonly HTMLElement[] {
  const time = eventTime(event);
  const { kind = "", name = "" } = event.involvedObject;
  const count = event.count ?? 1;
  return [
    h("time", { datetime: time, title: time }, new Date(time).toLocaleTimeString()),
    h("strong", {}, `${event.reason ?? "Event"}${count > 1 ? ` ×${count}` : ""}`),
    h("span", { class: "object" }, `${kind.toLowerCase()} ${name}`),
    h("span", { class: "message" }, event.message ?? ""),
  ];
}

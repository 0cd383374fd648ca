/** All about one pod, in a dialog that stays current while it is open. */
import { type ContainerState, type Pod } from "@kubus/shared/api/pod.ts";
import { eventsByTime, eventTime, type Picture } from "../picture/picture.ts";
import { podState } from "../picture/pod-state.ts";
import { spanText } from "../picture/quantity.ts";
import { byId, h } from "./dom.ts";

export interface PodDetails {
  open(key: string, picture: Picture): void;
  show(picture: Picture): void;
}

export function podDetails(): PodDetails {
  const dialog = byId<HTMLDialogElement>("details");
  let shown: string | undefined;
  dialog.addEventListener("close", () => (shown = undefined));
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close(); // The backdrop.
  });
  const show = (picture: Picture) => {
    if (shown === undefined) return;
    const pod = picture.pods.get(shown);
    const close = h("button", { type: "button", class: "close", "aria-label": "Close" }, "×");
    close.addEventListener("click", () => dialog.close());
    const body = pod === undefined ? [h("p", {}, `${shown} is gone.`)] : sectionsOf(pod, picture);
    const hadFocus = dialog.contains(document.activeElement);
    dialog.replaceChildren(h("div", { class: "sheet" }, close, ...body));
    if (hadFocus) close.focus();
  };
  return {
    show,
    open: (key, picture) => {
      shown = key;
      show(picture);
      if (!dialog.open) dialog.showModal();
    },
  };
}

function sectionsOf(pod: Pod, picture: Picture): readonly HTMLElement[] {
  const { metadata, spec, status } = pod;
  const { word, tone, restarts } = podState(pod);
  const now = Date.now() + picture.clockOffsetMs;
  const events = eventsByTime(picture.events.values()).filter(
    ({ involvedObject }) => involvedObject.uid === metadata.uid,
  );
  return [
    h("h2", { id: "details-title" }, metadata.name),
    table([
      [
        "state",
        h(
          "span",
          { class: "state", "data-tone": tone },
          `${word}${status?.message === undefined ? "" : `: ${status.message}`}`,
        ),
      ],
      ["namespace", metadata.namespace ?? ""],
      ["board", spec.nodeName ?? "none yet"],
      ["address", status?.podIP ?? "none yet"],
      ["restarts", String(restarts)],
      ["age", spanText(now - Date.parse(metadata.creationTimestamp))],
    ]),
    h("h3", {}, "Containers"),
    table(
      spec.containers.map(({ name, image }) => {
        const found = status?.containerStatuses?.find((container) => container.name === name);
        return [name, `${image}: ${found === undefined ? "not started" : stateWords(found.state)}`];
      }),
    ),
    h("h3", {}, "Conditions"),
    table(
      (status?.conditions ?? []).map(({ type, status, reason, message }) => [
        type,
        [status, reason, message].filter(Boolean).join(", "),
      ]),
    ),
    h("h3", {}, "Events"),
    events.length === 0
      ? h("p", { class: "empty" }, "none")
      : table(
          events
            .slice(0, 20)
            .map((event) => [
              new Date(eventTime(event)).toLocaleTimeString(),
              `${event.reason ?? ""}: ${event.message ?? ""}`,
            ]),
        ),
  ];
}

function stateWords({ waiting, running, terminated }: ContainerState): string {
  if (running !== undefined) return "running";
  if (terminated !== undefined) return `ended with exit code ${terminated.exitCode}`;
  return [waiting?.reason ?? "waiting", waiting?.message].filter(Boolean).join(": ");
}

const table = (rows: readonly (readonly [string, string | HTMLElement])[]): HTMLElement =>
  h(
    "table",
    {},
    h(
      "tbody",
      {},
      ...rows.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value))),
    ),
  );

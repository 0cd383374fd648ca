/**
 * The page: takes the feed's messages into the picture, and draws what changed, at most once a frame.
 */
import { boardsOf, type Board } from "../picture/boards.ts";
import { applyMessage, chooseWhere, emptyPicture, type Area } from "../picture/picture.ts";
import { actorsView } from "./actors-view.ts";
import { boardsView } from "./boards-view.ts";
import { connect } from "./connection.ts";
import { byId, setAttributes, setText } from "./dom.ts";
import { news } from "./news.ts";
import { podDetails } from "./pod-details.ts";
import { timeline } from "./timeline.ts";

type View = "boards" | "actors";

const picture = emptyPicture();
const dirty = new Set<Area>();
let view: View = location.hash === "#actors" ? "actors" : "boards";
let line: "open" | "away" = "away";

const connection = connect({
  onMessage: (message) => {
    for (const area of applyMessage(picture, message, Date.now())) dirty.add(area);
    schedule();
  },
  onState: (state) => {
    line = state;
    dirty.add("link");
    if (state === "open" && view === "actors") watchActors(picture.where);
    schedule();
  },
});

const details = podDetails();
const events = timeline();
const announcements = news();
const boards = boardsView({
  onCable: (board, deed) =>
    connection.ask({
      type: "cable",
      board,
      do: deed === "plug" ? "plug" : "pull",
      silent: deed === "silent",
    }),
  onPod: (key) => details.open(key, picture),
});
const actors = actorsView(watchActors);

function watchActors(where: string): void {
  chooseWhere(picture, where);
  connection.ask({ type: "watchActors", where });
  dirty.add("actors");
  schedule();
}

let scheduled = false;
function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    draw();
  });
}

function draw(): void {
  if (dirty.has("boards")) {
    const shown = boardsOf(picture);
    boards.show(picture, shown);
    announcements.tell(shown);
    showSummary(shown);
  }
  if (dirty.has("events")) events.show(picture);
  if (dirty.has("boards") || dirty.has("events")) details.show(picture);
  if (view === "actors" && (dirty.has("actors") || dirty.has("boards"))) actors.show(picture);
  if (dirty.has("link")) showLink();
  if (dirty.has("problem")) showProblem();
  dirty.clear();
}

function showSummary(all: readonly Board[]): void {
  const shown = all.filter(({ role }) => role === "board");
  const ready = shown.filter((board) => board.ready === "yes").length;
  const running = shown.flatMap(({ pods }) => pods).filter(({ tone }) => tone === "good").length;
  const counts = `${ready} of ${shown.length} boards ready · ${running} of ${picture.pods.size} pods running`;
  setText(byId("summary"), counts);
}

function showLink(): void {
  const words =
    line === "away"
      ? "Disconnected: the dashboard's server does not answer. Trying again…"
      : picture.link === "disconnected"
        ? "No control plane answers. The picture is as it was. Trying again…"
        : "live";
  setText(byId("link"), words);
  setAttributes(byId("link"), { "data-live": words === "live" });
  setAttributes(document.body, { "data-stale": words !== "live" });
}

const problemShownMs = 8_000;
let problemTimer: ReturnType<typeof setTimeout> | undefined;

function showProblem(): void {
  const element = byId("problem");
  setText(element, picture.problem ?? "");
  setAttributes(element, { hidden: false });
  clearTimeout(problemTimer);
  problemTimer = setTimeout(() => setAttributes(element, { hidden: true }), problemShownMs);
}

function choose(next: View): void {
  view = next;
  history.replaceState(
    null,
    "",
    `${location.pathname}${location.search}${next === "boards" ? "" : `#${next}`}`,
  );
  for (const button of document.querySelectorAll<HTMLElement>("[data-view]")) {
    setAttributes(button, { "aria-pressed": String(button.dataset["view"] === next) });
  }
  setAttributes(byId("boards-view"), { hidden: next !== "boards" });
  setAttributes(byId("actors-view"), { hidden: next !== "actors" });
  if (next === "actors") watchActors(picture.where);
}

for (const button of document.querySelectorAll<HTMLElement>("[data-view]")) {
  button.addEventListener("click", () => choose(button.dataset["view"] === "actors" ? "actors" : "boards"));
}
if (view === "actors") choose("actors");
dirty.add("link");
schedule();

/** Countdowns move ten times a second, and only while somebody sees them. */
setInterval(() => {
  if (view === "actors" && !document.hidden) actors.tick(picture);
}, 100);

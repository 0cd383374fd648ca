/**
 * The dashboard's server and page in a real Chromium, against a feed that says what the test says.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { chromium, type Browser, type Page } from "playwright-core";
import { startDashboard, type Dashboard } from "@kubus/dashboard/server/compose.ts";
import { silentLog } from "@kubus/shared/log/log.ts";
import type { Chart } from "@kubus/shared/machine/chart.ts";
import type { ActorReport } from "@kubus/shared/machine/registry.ts";
import { until } from "@kubus/shared/testing/until.ts";
import { browserFlags, chromiumPath } from "../cluster/browser.ts";
import { aNode, anEvent, aPod, FakeCables, FakeFeed } from "./scene.ts";

const skip = chromiumPath === undefined ? "There is no Chromium (Debian: apt-get install chromium)." : false;

/** From an event to its pixel, 95 of 100 times. */
const eventToPixelMaxMs = 200;

describe("the page", { skip }, () => {
  let feed: FakeFeed;
  let dashboard: Dashboard;
  let browser: Browser;
  let page: Page;
  const broken: string[] = [];

  before(async () => {
    feed = new FakeFeed();
    for (const name of ["board-1", "board-2", "board-10"]) feed.put("ADDED", aNode(name));
    feed.put("ADDED", aPod({ name: "web-1", board: "board-1" }));
    feed.put("ADDED", aPod({ name: "web-2", board: "board-2" }));
    const cables = new FakeCables(["server-1", "board-1", "board-2", "board-10"]);
    const token = "a-token-of-sixteen-or-more";
    dashboard = await startDashboard({
      host: "127.0.0.1",
      port: 0,
      token,
      source: feed,
      cables,
      log: silentLog,
    });
    browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: [...browserFlags] });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on("pageerror", (error) => broken.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") broken.push(message.text());
    });
    await page.goto(dashboard.url);
    await page.locator("[data-board]").first().waitFor();
  });

  after(async () => {
    await browser.close();
    await dashboard.close();
    assert.deepEqual(broken, [], "the browser's console holds no error");
  });

  const shows = (selector: string) => page.locator(selector).first().waitFor({ timeout: 5_000 });
  const isGone = (selector: string) => page.locator(selector).waitFor({ state: "detached", timeout: 5_000 });

  test("shows servers, then boards in the order of their numbers, with their pods", async () => {
    const names = await page
      .locator("[data-board]")
      .evaluateAll((slots) =>
        slots.map((slot) =>
          (slot as unknown as { getAttribute(name: string): string }).getAttribute("data-board"),
        ),
      );
    assert.deepEqual(names, ["server-1", "board-1", "board-2", "board-10"]);
    await shows('[data-board="board-1"][data-ready="true"] [data-pod="default/web-1"][data-state="Running"]');
  });

  test("pulls and plugs a cable by its buttons, and shows which way it was cut", async () => {
    const board = page.locator('[data-board="board-2"]');
    await board.locator('[data-do="pull"]').click();
    await shows('[data-board="board-2"] [data-cable="pulled"]');
    await board.locator('[data-do="plug"]').click();
    await shows('[data-board="board-2"] [data-cable="plugged"]');
    await board.locator('[data-do="silent"]').click();
    await shows('[data-board="board-2"] [data-cable="silent"]');
    await board.locator('[data-do="plug"]').click();
    await shows('[data-board="board-2"] [data-cable="plugged"]');
  });

  test("says why a cable was not pulled", async () => {
    await page.locator('[data-board="server-1"] [data-do="pull"]').click();
    await page.getByRole("alert").getByText("The last server's cable stays where it is.").waitFor();
  });

  test("moves pods from a board that fell silent, and says so to those who listen", async () => {
    feed.put("MODIFIED", aNode("board-2", false));
    feed.put("MODIFIED", aPod({ name: "web-2", board: "board-2", state: "Terminating" }));
    feed.put("ADDED", aPod({ name: "web-3", board: "board-10", state: "starting" }));
    await shows(
      '[data-board="board-2"][data-ready="false"] [data-pod="default/web-2"][data-state="Terminating"]',
    );
    await page.locator("#news").getByText("board-2 is not ready.").waitFor({ state: "attached" });
    feed.put("MODIFIED", aPod({ name: "web-3", board: "board-10" }));
    await shows('[data-board="board-10"] [data-pod="default/web-3"][data-state="Running"]');
    feed.put("MODIFIED", aNode("board-2", true));
    feed.put("DELETED", aPod({ name: "web-2", board: "board-2" }));
    await isGone('[data-pod="default/web-2"]');
  });

  test("shows a pod's containers, conditions and events while its dialog is open", async () => {
    feed.put(
      "ADDED",
      aPod({ name: "web-7d4b9-x2k4f", board: "board-1", state: "CrashLoopBackOff", restarts: 3 }),
    );
    feed.put("ADDED", anEvent("event-1", "BackOff", "Back-off restarting failed container", "Warning"));
    await page.locator('[data-pod="default/web-7d4b9-x2k4f"]').click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Back-off restarting failed container").waitFor();
    await dialog.getByText("host/python3: CrashLoopBackOff").waitFor();
    feed.put("MODIFIED", aPod({ name: "web-7d4b9-x2k4f", board: "board-1", restarts: 4 }));
    await dialog.getByText("host/python3: running").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
  });

  test("takes at most 200 ms from an event to its pixel", async () => {
    const spans: number[] = [];
    for (let i = 0; i < 20; i += 1) {
      const state = i % 2 === 0 ? "Terminating" : "Running";
      const seen = page.evaluate(seenWhen, [`[data-pod="default/web-1"][data-state="${state}"]`] as const);
      const said = Date.now();
      feed.put("MODIFIED", aPod({ name: "web-1", board: "board-1", state }));
      spans.push((await seen) - said);
    }
    const p95 = spans.sort((a, b) => a - b).at(Math.ceil(0.95 * spans.length) - 1) ?? Infinity;
    assert.ok(p95 <= eventToPixelMaxMs, `p95 is ${p95} ms`);
  });

  test("shows an actor's chart with its state lit, its timer running, and the way that it took", async () => {
    await page.getByRole("button", { name: "Actors" }).click();
    await until("the page asks for actors", () => feed.asked.some(({ type }) => type === "watchActors"));
    const firesAt = Date.now() + 60_000;
    const timers = [{ id: "xstate.after.backoff.key.backingOff", firesAt, delayMs: 60_000 }];
    feed.say({ type: "charts", where: "server", charts: [keyChart] });
    feed.say({
      type: "actors",
      where: "server",
      actors: [report("backingOff", timers), report("idle", [], "key other")],
    });
    await page.locator('[data-actor="key web"]').click();
    await shows('[data-path="backingOff"][data-active]');
    await page
      .locator(".label[data-running]")
      .getByText(/^after backoff: (59|60)\.\d s$/)
      .waitFor();
    feed.say({
      type: "actor",
      where: "server",
      report: report({ reconciling: "current" }),
      event: "after backoff",
      ended: false,
    });
    await shows('[data-path="reconciling.current"][data-active]');
    await shows('[data-path="reconciling"][data-active]');
    assert.equal(await page.locator('[data-path="backingOff"][data-active]').count(), 0);
    await page.getByLabel("Last transitions").getByText("backingOff → reconciling.current").waitFor();
    feed.say({
      type: "actor",
      where: "server",
      report: { ...report("idle"), status: "stopped" },
      ended: true,
    });
    await page.getByRole("heading", { name: "key web (ended)" }).waitFor();
  });

  test("asks for another process' actors, and ignores what still arrives of the former", async () => {
    await page.getByLabel("Process").selectOption("board-1");
    await until("the choice arrives", () =>
      feed.asked.some((request) => "where" in request && request.where === "board-1"),
    );
    feed.say({ type: "actors", where: "server", actors: [report("idle", [], "late")] });
    feed.say({ type: "charts", where: "board-1", charts: [keyChart] });
    feed.say({ type: "actors", where: "board-1", actors: [report("idle", [], "on the board")] });
    await shows('[data-actor="on the board"]');
    assert.equal(await page.locator("[data-actor]").count(), 1);
  });

  test("says when no control plane answers, and is current again by itself", async () => {
    await page.getByRole("button", { name: "Boards" }).click();
    feed.isAway = true;
    feed.breakOff();
    await page.getByText("No control plane answers.").waitFor();
    feed.put("ADDED", aPod({ name: "meanwhile", board: "board-1" }));
    feed.isAway = false;
    await shows('[data-pod="default/meanwhile"]');
    await page.locator("#link[data-live]").waitFor();
  });
});

/** Runs in the browser: when the next frame after the appearance of `selector` was drawn, on the shared wall clock. */
const seenWhen = ([selector]: readonly [string]): Promise<number> =>
  new Promise((resolve) => {
    const browser = globalThis as unknown as {
      readonly document: { querySelector(selector: string): unknown };
      requestAnimationFrame(then: () => void): void;
    };
    const look = () => {
      if (browser.document.querySelector(selector) === null) browser.requestAnimationFrame(look);
      else browser.requestAnimationFrame(() => resolve(Date.now()));
    };
    look();
  });

const report = (state: unknown, timers: ActorReport["timers"] = [], id = "key web"): ActorReport => ({
  id,
  machine: "key",
  state,
  since: Date.now(),
  status: "active",
  timers,
});

const aState = (path: string, more: object = {}) => ({
  path,
  name: path.split(".").at(-1) ?? path,
  kind: "atomic" as const,
  initial: false,
  invokes: [],
  entry: [],
  ...more,
});

const keyChart: Chart = {
  id: "key",
  states: [
    aState("idle"),
    aState("reconciling", { kind: "compound", initial: true, invokes: ["reconcileKey"] }),
    aState("reconciling.current", { parent: "reconciling", initial: true }),
    aState("reconciling.outdated", { parent: "reconciling" }),
    aState("backingOff"),
  ],
  edges: [
    { from: "idle", to: "reconciling", on: "object.changed", actions: [] },
    { from: "reconciling.current", to: "reconciling.outdated", on: "object.changed", actions: [] },
    { from: "reconciling", to: "reconciling", on: "done", guard: "changedMeanwhile", actions: [] },
    { from: "reconciling", to: "idle", on: "done", actions: [] },
    { from: "reconciling", to: "backingOff", on: "failed", actions: [] },
    { from: "backingOff", to: "reconciling", on: "after backoff", actions: [] },
    { from: "", to: "idle", on: "object.deleted", actions: [] },
  ],
};

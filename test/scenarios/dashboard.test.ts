/** The dashboard of a real cluster in a real Chromium: a pull clicked there moves the pods on the page. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { until } from "@kubus/shared/testing/until.ts";
import { chromium, type Browser, type Page } from "playwright-core";
import { WebSocket } from "ws";
import { Cluster } from "../cluster/cluster.ts";
import { browserFlags, chromiumPath } from "../cluster/browser.ts";
import { needsRoot } from "../cluster/needs.ts";

const reason =
  needsRoot ||
  (chromiumPath === undefined ? "There is no Chromium (Debian: apt-get install chromium)." : false);

describe("dashboard", { skip: reason }, () => {
  let cluster: Cluster;
  let browser: Browser;
  let page: Page;
  let url: string;
  before(async () => {
    cluster = await Cluster.up(["--boards", "3"]);
    url = (await cluster.status()).dashboard;
    await cluster.kubectl(
      "create",
      "deployment",
      "web",
      "--image=host/sleep",
      "--replicas=3",
      "--",
      "sleep",
      "100000",
    );
    await cluster.kubectl("rollout", "status", "deployment/web", "--timeout=30s");
    browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: [...browserFlags] });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(url);
  });
  after(async () => {
    await browser.close();
    await cluster.down();
  });

  test("shows the boards with their pods", async () => {
    for (const board of ["board-1", "board-2", "board-3"]) {
      await page
        .locator(`[data-board="${board}"] [data-pod^="default/web-"]`)
        .first()
        .waitFor({ timeout: 10_000 });
    }
  });

  test("a pull clicked there moves the pods on the page, a plug brings the board back", async () => {
    const board = page.locator('[data-board="board-2"]');
    await board.locator('[data-do="pull"]').click();
    await page.locator('[data-board="board-2"][data-ready="false"]').waitFor({ timeout: 10_000 });
    const elsewhere = page.locator(
      '[data-board]:not([data-board="board-2"]) [data-pod^="default/web-"][data-state="Running"]',
    );
    await elsewhere.nth(2).waitFor({ timeout: 10_000 });
    await board.locator('[data-do="plug"]').click();
    await page.locator('[data-board="board-2"][data-ready="true"]').waitFor({ timeout: 10_000 });
  });

  test("the chart of a crash-looping container is lit where it is, its countdown runs, and it moves on", async () => {
    await cluster.kubectl("run", "crasher", "--image=host/sh", "--", "-c", "exit 3");
    await page
      .locator('[data-pod="default/crasher"][data-state="CrashLoopBackOff"]')
      .waitFor({ timeout: 20_000 });
    const { stdout: board } = await cluster.kubectl(
      "get",
      "pod",
      "crasher",
      "-o",
      "jsonpath={.spec.nodeName}",
    );
    await page.locator('[data-view="actors"]').click();
    await page.getByLabel(/process|where/i).selectOption(board);
    await page.locator('[data-actor="container default/crasher/crasher"]').click();
    await page.locator('.chart-state[data-path="awaitingRestart"][data-active]').waitFor({ timeout: 15_000 });
    const countdown = page.locator(".label[data-running]");
    const secondsLeft = async () => Number(/([\d.]+) s/.exec((await countdown.textContent()) ?? "")?.[1]);
    const first = await secondsLeft();
    assert.ok(first > 0);
    await until("the countdown runs", async () => (await secondsLeft()) < first);
    await until(
      "it starts again, and the next pause is longer",
      async () => (await secondsLeft()) > first,
      40_000,
    );
    await page.locator('[data-view="boards"]').click();
    await cluster.kubectl("delete", "pod", "crasher", "--force", "--grace-period=0");
  });

  test("a foreign page cannot open the WebSocket, nor can anybody without the token", async () => {
    const refusal = (address: string, origin: string) =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(address, { origin });
        socket.on("open", () => resolve(101));
        socket.on("unexpected-response", (_, { statusCode }) => resolve(statusCode ?? 0));
        socket.on("error", () => undefined);
      });
    const { host, search, origin } = new URL(url);
    assert.equal(await refusal(`ws://${host}/feed${search}`, "http://evil.example"), 403);
    assert.equal(await refusal(`ws://${host}/feed?token=wrong`, origin), 401);
    assert.equal((await fetch(`http://${host}/`)).status, 401);
  });
});

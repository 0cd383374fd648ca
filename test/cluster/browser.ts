/** The real browser of the tests: Debian's Chromium, kept from talking to anybody but the page. */
import { findTool } from "@kubus/shared/testing/tools.ts";

export const chromiumPath = findTool("chromium");

export const browserFlags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
] as const;

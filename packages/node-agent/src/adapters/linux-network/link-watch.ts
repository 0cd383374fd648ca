/**
 * Tells when the board's own link loses or regains its carrier: a fast hint from the kernel, by `ip monitor`.
 *
 * When the program ends by itself it is started again; a change in between is told then.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { networkInterfaces } from "node:os";
import { createInterface } from "node:readline";
import type { Clock } from "@kubus/shared/time/clock.ts";

export type LinkState = "up" | "down";

const restartMs = 1_000;

export interface LinkWatch {
  stop(): void;
}

export function watchLink(link: string, clock: Clock, onChange: (state: LinkState) => void): LinkWatch {
  let last = carrierOf(link);
  let child: ChildProcess | undefined;
  let restart: unknown;
  let isStopped = false;

  const look = () => {
    const state = carrierOf(link);
    if (state === last) return;
    last = state;
    onChange(state);
  };
  const start = () => {
    child = spawn("ip", ["-oneline", "monitor", "link", "dev", link], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", look);
    child.on("error", () => undefined); // `close` follows.
    child.on("close", () => {
      if (!isStopped) restart = clock.setTimeout(start, restartMs);
    });
    look();
  };
  start();
  return {
    stop: () => {
      isStopped = true;
      clock.clearTimeout(restart);
      child?.kill();
    },
  };
}

/**
 * Of an interface in this process' network namespace: Node lists only those with a carrier and an address. (/sys would
 * show the namespace that it was mounted in.)
 */
export const carrierOf = (link: string): LinkState =>
  networkInterfaces()[link] === undefined ? "down" : "up";

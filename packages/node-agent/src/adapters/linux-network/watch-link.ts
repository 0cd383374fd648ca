/** The kernel's news about one link, by a child process that dies with the agent. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { standardPath } from "../shim/program.ts";
import { run } from "../shim/run-program.ts";
import { linkNameOf, linkStateOf } from "./batch.ts";

export interface WatchLinkOptions {
  readonly link: string;
  readonly clock: Clock;
  /** The same state may be told several times. */
  readonly onState: (state: "up" | "down") => void;
}

/** The program says nothing when it has begun to listen: by then it has, and a change before it is seen by looking. */
const listeningWithinMs = 300;

/** Settles when the program ends; aborting ends it. */
export function watchLink(
  { link, clock, onState }: WatchLinkOptions,
  signal: AbortSignal,
): Promise<undefined> {
  const tell = (line: string) => {
    const state = linkStateOf(line);
    if (state !== undefined) onState(state);
  };
  const look = () => {
    // A link that is not there has no state; the watch tells when it comes.
    run("ip", ["-oneline", "link", "show", "dev", link]).then(tell, () => undefined);
  };
  return new Promise((resolve, reject) => {
    const child = spawn("setpriv", ["--pdeathsig", "KILL", "ip", "-oneline", "monitor", "link"], {
      cwd: "/",
      env: { PATH: standardPath, LC_ALL: "C" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const end = () => void child.kill("SIGKILL");
    const timer = clock.setTimeout(look, listeningWithinMs);
    signal.addEventListener("abort", end, { once: true });
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (linkNameOf(line) === link) tell(line);
    });
    child.once("spawn", look);
    child.once("error", reject);
    child.once("exit", () => {
      clock.clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve(undefined);
    });
  });
}

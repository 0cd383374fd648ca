/** Starts a container's shim and waits until its program runs and signals reach it. */
import { spawn } from "node:child_process";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { RuntimeRefusal } from "../../ports/runtime.ts";
import type { Platform } from "./platform.ts";
import { standardPath } from "./program.ts";

/** A loaded board with a slow card may take its time; longer than this nobody waits. */
export const launchMaxMs = 30_000;

/** What the shim's first words are answered with, and how long a complaint may be. */
const readyText = "ready\n";
const complaintMax = 2_000;

/** Rejects with a RuntimeRefusal that holds what the shim complained about. */
export function launch(
  argv: readonly string[],
  { clock, environment }: { readonly clock: Clock; readonly environment: Platform["environment"] },
): Promise<void> {
  const [program = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      // A session of its own: it outlives the agent and no terminal reaches it.
      detached: true,
      cwd: "/",
      env: { PATH: standardPath, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [report, complaint] = ["", ""];
    const timer = clock.setTimeout(() => finish(refusal("it did not start in time")), launchMaxMs);
    const finish = (error?: Error) => {
      clock.clearTimeout(timer);
      // The shim holds the other ends as long as it lives: they must not hold the agent.
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      if (error === undefined) resolve();
      else reject(error);
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      report += text;
      if (report.endsWith(readyText)) finish();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
    child.stdout.once("end", () => finish(refusal(complaint + report)));
    child.once("error", finish);
  });
}

function refusal(complaint: string): RuntimeRefusal {
  const text = complaint.trim().slice(0, complaintMax) || "it ended before it began";
  return new RuntimeRefusal(text.includes('exec: "') ? "RunContainerError" : "CreateContainerError", text);
}

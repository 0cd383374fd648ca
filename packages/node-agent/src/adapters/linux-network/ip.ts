/** The `ip` program: one call for many commands. It speaks for the network namespace that this process lives in. */
import { spawn } from "node:child_process";

/** Runs `ip -batch` on the lines; `-force` goes on after a line that fails. Rejects with what `ip` said. */
export function ipBatch(
  lines: readonly string[],
  options: { readonly netns?: string; readonly onFailure?: "stop" | "goOn" } = {},
): Promise<void> {
  if (lines.length === 0) return Promise.resolve();
  const { netns, onFailure = "stop" } = options;
  const batch = ["ip", ...(onFailure === "goOn" ? ["-force"] : []), "-batch", "-"];
  const inside = netns === undefined ? [] : ["nsenter", `--net=${netns}`, "--"];
  const [program = "ip", ...args] = [...inside, ...batch];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["pipe", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0 || onFailure === "goOn") resolve();
      else reject(new Error(`ip failed: ${said.trim()}`));
    });
    child.stdin.on("error", () => undefined); // It ended early; its exit code tells.
    child.stdin.end(`${lines.join("\n")}\n`);
  });
}

/** `ip -json ARGS`, parsed. Empty when there is nothing to show, or no such thing to show it of. */
export function ipShow<T>(...args: readonly string[]): Promise<readonly T[]> {
  return new Promise((resolve, reject) => {
    const child = spawn("ip", ["-json", ...args], { stdio: ["ignore", "pipe", "ignore"] });
    let shown = "";
    child.stdout.on("data", (chunk: Buffer) => (shown += chunk.toString()));
    child.on("error", reject);
    child.on("close", () => {
      resolve(shown.trim() === "" ? [] : (JSON.parse(shown) as readonly T[]));
    });
  });
}

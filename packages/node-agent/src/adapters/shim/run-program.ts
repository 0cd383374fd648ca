/** Runs one of the machine's programs to its end. Arguments are never seen by a shell. */
import { spawn } from "node:child_process";
import { standardPath } from "./program.ts";

/** Resolves to what it printed. Rejects with its complaint when it fails or is missing. */
export function run(program: string, args: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: "/",
      env: { PATH: standardPath, LC_ALL: "C" },
      stdio: ["pipe", "pipe", "pipe"],
    });
    let [output, complaint] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
    child.stdin.on("error", () => undefined); // It ended without reading: its exit code tells.
    child.stdin.end(input);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${program} ${args.join(" ")} failed (${code ?? signal}): ${complaint.trim()}`));
    });
  });
}

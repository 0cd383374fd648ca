/** Runs the machine's programs to their end. Arguments are never seen by a shell. */
import { spawn } from "node:child_process";

export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export class ProgramFailed extends Error {
  override readonly name = "ProgramFailed";
  readonly result: ProgramResult;

  constructor(program: string, args: readonly string[], result: ProgramResult) {
    super(`${program} ${args.join(" ")} failed (${result.code}): ${result.stderr.trim().slice(-2_000)}`);
    this.result = result;
  }
}

/** Resolves whatever the exit code. Rejects when the program is missing. */
export function tryRun(
  program: string,
  args: readonly string[],
  { input = "", env, cwd }: ProgramOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      // A session of its own: Ctrl-C in the terminal must not end it half-way.
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
      ...(env === undefined ? {} : { env: { ...process.env, ...env } }),
      ...(cwd === undefined ? {} : { cwd }),
    });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
    child.stdin.on("error", () => undefined); // It ended without reading: its exit code tells.
    child.stdin.end(input);
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code: code ?? 1, ...output });
    });
  });
}

/** Resolves to what it printed. Rejects with `ProgramFailed`. */
export async function run(
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<string> {
  const result = await tryRun(program, args, options);
  if (result.code !== 0) throw new ProgramFailed(program, args, result);
  return result.stdout;
}

/**
 * One command inside a container that runs: with its environment and privileges, on pipes or on a terminal.
 *
 * Real pipes, not sockets: programs may open /dev/stdout again. The pipes are the back-pressure; no byte is dropped.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { constants as fsConstants, openSync, closeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { Socket } from "node:net";
import { constants } from "node:os";
import { join } from "node:path";
import type { ExecOptions, ExecSession } from "../../ports/runtime.ts";
import { onTerminal, tellTerminal } from "./container-setup.ts";
import type { Living } from "./living.ts";
import type { Platform } from "./platform.ts";
import { standardPath } from "./program.ts";
import { run } from "./run-program.ts";
import { enterText } from "./scripts.ts";

const { O_RDONLY, O_WRONLY, O_RDWR, O_NONBLOCK } = fsConstants;

/** GROUPS COMMAND...: joins the groups and becomes the command. */
const joinText = 'for group in $1; do echo 0 > "$group"; done; shift; ';
const becomeText = `${joinText}exec "$@"`;
/**
 * The same, with a pipe without a name for stdin: one with a name cannot be opened again (/dev/stdin) when its other
 * end is closed already. The command's user may not own it, hence the mode. The exit code comes on descriptor 4, since the copying may last longer than the command.
 */
const feedText = `${joinText}cat 3<&- 4>&- | { chmod 666 /proc/self/fd/0; "$@" 4>&-; echo $? >&4; }`;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export async function startExec(one: Living, options: ExecOptions, platform: Platform): Promise<ExecSession> {
  const dir = await mkdtemp(join(one.dir, "exec-"));
  const joining = await platform.join(one, dir.slice(dir.lastIndexOf("-") + 1), options);
  const pipes = await makePipes(dir);
  const environment = openSync(join(one.dir, "environment"), O_RDONLY);
  const words = options.tty ? onTerminal(options.command, tellTerminal) : options.command;
  const script = options.stdin && !options.tty ? feedText : becomeText;
  const argv = ["-c", script, "exec", joining.groups.join(" "), ...joining.enter];
  const child = spawn("/bin/sh", [...argv, "/bin/sh", "-c", enterText, "sh", ...words], {
    detached: true,
    cwd: "/",
    env: { PATH: standardPath, ...platform.environment, ...(options.tty ? { TERM: "xterm" } : {}) },
    stdio: [...pipes.theirs, environment, "pipe"],
  });
  // The command has them now; as long as anybody else did, they would have no end.
  for (const fd of [...pipes.theirs, environment]) closeSync(fd);
  const { stdin, stdout, stderr } = pipes;
  if (!options.stdin) stdin.end();
  const result = resultOf(child).finally(() => {
    stdin.destroy();
    // Litter only: it goes with its container at the latest.
    joining.forget().catch(() => undefined);
  });
  const kill = () => {
    // What has not joined its groups yet is in the session that it was spawned in.
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) killGroup(child.pid);
    // When it cannot be killed now, it ends with its container.
    joining.kill().catch(() => undefined);
  };
  const isOver = result.then(() => "over" as const);
  void Promise.race([isOver, one.exited]).then((first) => {
    if (first !== "over") kill();
  });
  const resize = options.tty ? terminalResizer(child, one, platform) : () => undefined;
  return {
    stdout,
    stderr,
    writeStdin: (chunk) => written(stdin, chunk),
    endStdin: () => void stdin.end(),
    resize,
    result,
    kill,
  };
}

interface Pipes {
  readonly stdin: Socket;
  readonly stdout: Socket;
  readonly stderr: Socket;
  /** The command's ends. */
  readonly theirs: readonly [number, number, number];
}

/** Named for a moment, since only named pipes can be made without native code. */
async function makePipes(dir: string): Promise<Pipes> {
  const at = (name: string) => join(dir, name);
  await run("mkfifo", ["-m", "666", at("in"), at("out"), at("err")]);
  const reading = (name: string) =>
    new Socket({ fd: openSync(at(name), O_RDONLY | O_NONBLOCK), readable: true, writable: false });
  // Open in both directions, or it would wait for the other end; closing it is the end of stdin all the same.
  const stdin = new Socket({ fd: openSync(at("in"), O_RDWR | O_NONBLOCK), readable: false, writable: true });
  const [stdout, stderr] = [reading("out"), reading("err")];
  // Who does not read any more, or whom nobody writes to any more: the result tells.
  for (const socket of [stdin, stdout, stderr]) socket.on("error", () => undefined);
  const theirs = [
    openSync(at("in"), O_RDONLY),
    openSync(at("out"), O_WRONLY),
    openSync(at("err"), O_WRONLY),
  ] as const;
  await rm(dir, { recursive: true });
  return { stdin, stdout, stderr, theirs };
}

/** The exit code as it was told on descriptor 4, or else as the process ended. */
function resultOf(child: ChildProcess): ExecSession["result"] {
  return new Promise((resolve) => {
    const exited = (exitCode: number) => resolve({ how: "exited", exitCode });
    onLine(child, (line) => {
      if (/^\d+$/.test(line)) exited(Number(line));
    });
    // As a shell tells it.
    child.once("exit", (code, signal) =>
      exited(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
    child.once("error", (error) => resolve({ how: "failed", message: error.message }));
  });
}

/** The one line that a command's beginning or end says on descriptor 4. */
function onLine(child: ChildProcess, listener: (line: string) => void): void {
  let text = "";
  child.stdio[4]?.on("data", (bytes: Buffer) => {
    text += bytes.toString();
    if (text.endsWith("\n")) listener(text.trim());
  });
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // Ended in this moment.
  }
}

/** Resolves when the pipe took it, or when there is nobody left to take it: then the pipe is destroyed. */
export function written(stdin: Socket, chunk: Uint8Array): Promise<void> {
  if (stdin.destroyed) return Promise.resolve();
  // INVARIANT: nothing that lives as long as the session remembers a chunk; a race with its end would.
  return new Promise((resolve) => void stdin.write(chunk, () => resolve()));
}

/** Sizes wait for the terminal's name. */
function terminalResizer(child: ChildProcess, one: Living, platform: Platform): (size: Size) => void {
  let terminal: string | undefined;
  let wanted: Size | undefined;
  const resize = resizer({ one, platform }, () => terminal);
  onLine(child, (line) => {
    terminal = line;
    if (wanted !== undefined) resize(wanted);
  });
  return (size) => {
    wanted = size;
    resize(size);
  };
}

/** One change after the other, so that the newest is the last word; those between are left out. */
export function resizer(
  { one, platform }: { readonly one: Living; readonly platform: Platform },
  terminal: () => string | undefined,
): (size: Size) => void {
  let next: Size | undefined;
  let isBusy = false;
  const apply = async () => {
    isBusy = true;
    while (next !== undefined) {
      const { width, height } = next;
      next = undefined;
      const name = terminal();
      const command = ["stty", "-F", name ?? "", "rows", String(height), "cols", String(width)];
      const [program = "", ...args] = [...platform.inside(one), ...command];
      // A terminal that is gone has no size.
      if (name !== undefined) await run(program, args).catch(() => undefined);
    }
    isBusy = false;
  };
  return (size) => {
    next = size;
    if (!isBusy) void apply();
  };
}

/** Boards as network namespaces, each with a tiny agent in a process of its own. For tests, with root. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { join } from "node:path";
import type { BoardCalls } from "./board-process.ts";
import type { ProcessWorld } from "./process-world.ts";
import { undoing } from "./undo.ts";

export interface Board {
  readonly pid: number;
  call<Name extends keyof BoardCalls>(
    name: Name,
    args: Parameters<BoardCalls[Name]>[0],
  ): Promise<Awaited<ReturnType<BoardCalls[Name]>>>;
  kill(): Promise<void>;
}

export interface BoardOptions {
  readonly config: ProcessWorld["config"];
  readonly podCidr: string;
  readonly netns: string;
  readonly link?: string;
}

/** Resolves when the agent has its runtime open. */
export async function startBoard({ netns, ...options }: BoardOptions): Promise<Board> {
  const script = join(import.meta.dirname, "board-process.ts");
  const args = [`--net=/run/netns/${netns}`, "--", process.execPath, script, JSON.stringify(options)];
  const child = spawn("nsenter", args, { stdio: ["pipe", "pipe", "inherit"] });
  const gone = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error("The board's process ended.");
    return JSON.parse(value) as { readonly value?: unknown; readonly error?: string };
  };
  await answer();
  return {
    pid: child.pid ?? 0,
    call: async (name, args) => {
      child.stdin.write(`${JSON.stringify({ call: name, args })}\n`);
      const { value, error } = await answer();
      if (error !== undefined) throw new Error(error);
      return value as never;
    },
    kill: undoing(async () => {
      child.kill("SIGKILL");
      await gone;
    }),
  };
}

/** Commands of `ip`, in one process. */
export const ip = (lines: readonly string[], netns?: string): void => {
  const inside = netns === undefined ? [] : ["-n", netns];
  execFileSync("ip", [...inside, "-batch", "-"], { input: `${lines.join("\n")}\n` });
};

export interface Switch {
  /** Network namespaces, each with `eth0` at 10.88.0.<number> plugged into one switch. */
  readonly boards: readonly string[];
  /** The switch's end of a board's cable. */
  cable(board: number, state: "up" | "down"): void;
  remove(): Promise<void>;
}

/** Several boards and the switch between them, named after this process. */
export function makeSwitch(count: number): Switch {
  const name = `kubus-t${process.pid}`;
  const boards = Array.from({ length: count }, (_, i) => `${name}-${i + 1}`);
  ip([`netns add ${name}-switch`, ...boards.map((board) => `netns add ${board}`)]);
  ip(["link add br0 type bridge forward_delay 0", "link set br0 up"], `${name}-switch`);
  for (const [i, board] of boards.entries()) {
    ip([`link add eth0 netns ${board} type veth peer name port${i + 1} netns ${name}-switch`]);
    ip([`link set port${i + 1} master br0 up`], `${name}-switch`);
    ip(["link set lo up", `addr add 10.88.0.${i + 1}/24 dev eth0`, "link set eth0 up"], board);
  }
  return {
    boards,
    cable: (board, state) => ip([`link set port${board} ${state}`], `${name}-switch`),
    remove: undoing(() => {
      ip([...boards, `${name}-switch`].map((board) => `netns del ${board}`));
      return Promise.resolve();
    }),
  };
}

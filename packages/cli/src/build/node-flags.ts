/**
 * How Node runs what runs for long. An agent shares a 512 MB board with everybody's pods, and works in short bursts:
 * it gives up the optimising compilers, helper threads and a large young generation for 23 MB of resident memory
 * (91 to 68 MB, measured; idle CPU stays at 1 % of a core). A control plane keeps its speed, with a young
 * generation of half the usual size (183 to 166 MB with three boards; API rates do not tell the difference).
 */

export interface NodeFlags {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export const nodeFlags: Readonly<Record<"server" | "agent", NodeFlags>> = {
  agent: {
    args: ["--max-semi-space-size=1", "--v8-pool-size=0", "--no-opt", "--no-maglev"],
    env: { MALLOC_ARENA_MAX: "1", UV_THREADPOOL_SIZE: "2" },
  },
  server: { args: ["--max-semi-space-size=8"], env: { MALLOC_ARENA_MAX: "2" } },
};

/** What `kubus status` tells. Pure, from what `up` sees at this moment. */
import type { Node } from "@kubus/shared/api/node.ts";
import type { CableState } from "@kubus/shared/feed/messages.ts";
import { isNodeReady } from "./api-client.ts";
import type { Machine } from "./machines.ts";

/** Fields of the public contract: tools read them. */
export interface Status {
  readonly dir: string;
  readonly state: "starting" | "ready";
  readonly kubeconfig: string;
  readonly api: string;
  readonly dashboard: string | null;
  readonly bus: { readonly pid: number | null; readonly url: string };
  readonly servers: readonly {
    readonly name: string;
    readonly address: string;
    readonly pid: number | null;
    readonly cable: CableState;
    readonly state: string;
  }[];
  readonly boards: readonly {
    readonly name: string;
    readonly address: string;
    readonly agentPid: number | null;
    readonly cable: CableState;
    readonly state: BoardState;
  }[];
}

export type BoardState = "off" | "agent-stopped" | "starting" | "ready" | "not-ready" | "unknown";

/** `node`: as the API has it, or undefined; `apiAnswers`: whether what it said is new. */
export function boardState(machine: Machine, node: Node | undefined, apiAnswers: boolean): BoardState {
  if (machine.power === "off") return "off";
  if (machine.child.state() === "stopped") return "agent-stopped";
  if (!apiAnswers) return "unknown";
  if (node === undefined) return "starting";
  return isNodeReady(node) ? "ready" : "not-ready";
}

export function statusLines(status: Status): readonly string[] {
  const rows = [
    ["NAME", "ADDRESS", "PID", "CABLE", "STATE"],
    ["bus", status.bus.url, String(status.bus.pid ?? "-"), "", ""],
    ...status.servers.map(({ name, address, pid, cable, state }) => [
      name,
      address,
      String(pid ?? "-"),
      cable,
      state,
    ]),
    ...status.boards.map(({ name, address, agentPid, cable, state }) => [
      name,
      address,
      String(agentPid ?? "-"),
      cable,
      state,
    ]),
  ];
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  const table = rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [
    `${status.state}: API ${status.api}, dashboard ${status.dashboard ?? "not running"}`,
    `export KUBECONFIG=${status.kubeconfig}`,
    "",
    ...table,
  ];
}

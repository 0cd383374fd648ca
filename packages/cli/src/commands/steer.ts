/** What steers a cluster that runs: down, status, cable, board. Each is one question to `up`'s control socket. */
import { resolve } from "node:path";
import { defineCommand, Complaint, type Terminal } from "../command/command.ts";
import { existingFolder, holderOf, lockFolder } from "../cluster/folder.ts";
import { openJournal } from "../cluster/journal.ts";
import type { Layout } from "../cluster/layout.ts";
import { askControl, type Answered, type ControlRequest } from "../up/control.ts";
import { statusLines, type Status } from "../up/status.ts";
import { dirFlag } from "./dir-flag.ts";

async function ask(dir: string, request: ControlRequest, terminal: Terminal): Promise<Answered> {
  const layout = await existingFolder(resolve(dir));
  const say = (line: string) => {
    terminal.say(`kubus: ${line}`);
  };
  const answer = await askControl(layout.controlSocket, request, say);
  if (answer !== undefined) return answer;
  throw new Complaint(`The cluster in ${layout.dir} does not run. Start it: kubus up --dir ${layout.dir}`);
}

export const down = defineCommand({
  name: "down",
  args: [],
  flags: { dir: dirFlag },
  meaning: "Ends the cluster and removes all that it made on this machine. Its objects stay in DIR.",
  run: async ({ flags, terminal }) => {
    const layout = await existingFolder(resolve(flags.dir));
    const say = (line: string) => {
      terminal.say(`kubus: ${line}`);
    };
    const answer = await askControl(layout.controlSocket, { do: "down" }, say);
    if (answer === undefined) await cleanAfterCrash(layout, say);
    terminal.print("down: nothing of the cluster is left running");
    return 0;
  },
});

/** Nobody answers: `up` was killed, or has just ended. What it made is in the journal. */
async function cleanAfterCrash(layout: Layout, say: (line: string) => void): Promise<void> {
  const holder = await holderOf(layout);
  if (holder !== undefined)
    throw new Complaint(
      `kubus up (pid ${holder.pid}) holds ${layout.dir} and does not answer yet: try again.`,
    );
  const unlock = await lockFolder(layout);
  try {
    const journal = openJournal(layout.journal);
    if (journal.entries().length === 0) return;
    say("kubus up does not run any more: removing what it left behind ...");
    const { cleanUp } = await import("../boards/clean.ts");
    const problems = await cleanUp(journal);
    if (problems.length > 0) throw new Complaint(`Not everything could be removed:\n${problems.join("\n")}`);
  } finally {
    await unlock();
  }
}

export const status = defineCommand({
  name: "status",
  args: [],
  flags: {
    dir: dirFlag,
    output: {
      kind: "text",
      choices: ["text", "json"],
      default: "text",
      meaning: "How to show it (also -o).",
    },
  },
  meaning: "Shows the cluster's bus, servers and boards.",
  run: async ({ flags, terminal }) => {
    const found = (await ask(flags.dir, { do: "status" }, terminal)).result as Status;
    if (flags.output === "json") terminal.print(JSON.stringify(found, undefined, 2));
    else for (const line of statusLines(found)) terminal.print(line);
    return 0;
  },
});

export const cablePull = defineCommand({
  name: "cable pull",
  args: ["BOARD"],
  flags: {
    silent: { kind: "switch", meaning: "Packets vanish, but no end of the cable notices." },
    dir: dirFlag,
  },
  meaning: "Pulls the virtual cable of a board or server.",
  run: async ({ args: [machine = ""], flags, terminal }) => {
    const state = flags.silent ? "silent" : "pulled";
    const { at } = await ask(flags.dir, { do: "cable", machine, state }, terminal);
    terminal.print(`${machine}: cable ${state === "silent" ? "cut silently" : "pulled"} at ${at}`);
    return 0;
  },
});

export const cablePlug = defineCommand({
  name: "cable plug",
  args: ["BOARD"],
  flags: { dir: dirFlag },
  meaning: "Plugs it in again.",
  run: async ({ args: [machine = ""], flags, terminal }) => {
    const { at } = await ask(flags.dir, { do: "cable", machine, state: "plugged" }, terminal);
    terminal.print(`${machine}: cable plugged in at ${at}`);
    return 0;
  },
});

type Deed = Extract<ControlRequest, { readonly do: "board" }>["deed"];

/** THE table of what can be done to a board. */
const deeds: readonly { readonly deed: Deed; readonly meaning: string; readonly told: string }[] = [
  { deed: "start", meaning: "Switches a board on.", told: "switched on" },
  {
    deed: "stop",
    meaning: "Switches a board off, as a power cut does: everything on it ends at once.",
    told: "switched off",
  },
  { deed: "add", meaning: "Adds a board to the running cluster.", told: "added" },
  { deed: "remove", meaning: "Takes a board out of the cluster for good.", told: "removed" },
  { deed: "agent-stop", meaning: "Stops a board's agent; its pods go on.", told: "agent stopped" },
  { deed: "agent-start", meaning: "Starts a board's agent again.", told: "agent started" },
  {
    deed: "agent-kill",
    meaning: "Kills a board's agent (SIGKILL); it is started again.",
    told: "agent killed",
  },
];

export const boardCommands = deeds.map(({ deed, meaning, told }) =>
  defineCommand({
    name: `board ${deed}`,
    args: [deed === "add" ? "[BOARD]" : "BOARD"],
    flags: { dir: dirFlag },
    meaning,
    run: async ({ args: [board], flags, terminal }) => {
      const { result, at } = await ask(flags.dir, { do: "board", deed, board }, terminal);
      terminal.print(`${(result as { readonly board: string }).board}: ${told} at ${at}`);
      return 0;
    },
  }),
);

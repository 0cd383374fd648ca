/** `kubus up`: a whole cluster on this machine, in the foreground or detached. */
import { resolve } from "node:path";
import { Complaint, defineCommand, type Terminal } from "../command/command.ts";
import { openFolder } from "../cluster/folder.ts";
import { becomeDetached, detach } from "../adapters/detach.ts";
import { switchesOf, weightsOf } from "../configuration/server.ts";
import { dirFlag } from "./dir-flag.ts";

export const up = defineCommand({
  name: "up",
  args: [],
  flags: {
    boards: {
      kind: "number",
      least: 0,
      most: 200,
      meaning: "How many boards; default: as last time, at first 3.",
    },
    servers: {
      kind: "number",
      least: 1,
      most: 8,
      meaning: "How many control planes; default: as last time, at first 1.",
    },
    dir: dirFlag,
    "api-port": {
      kind: "number",
      most: 65_535,
      default: 6443,
      meaning: "The API on 127.0.0.1; 0: any free port.",
    },
    "dashboard-port": {
      kind: "number",
      most: 65_535,
      default: 8080,
      meaning: "The dashboard on 127.0.0.1; 0: any free port.",
    },
    runtime: {
      kind: "text",
      choices: ["process", "cri"],
      default: "process",
      meaning: "What runs the pods' containers.",
    },
    failover: {
      kind: "text",
      choices: ["fast", "balanced", "patient"],
      default: "balanced",
      meaning: "How soon a silent board is given up.",
    },
    "legacy-apis": {
      kind: "text",
      choices: ["on", "off"],
      default: "off",
      meaning:
        "Whether kubectl lists the groups and versions that Kubernetes dropped; they are served in any case.",
    },
    controllers: {
      kind: "list",
      placeholder: "NAMES",
      meaning:
        "Controllers that run: * for all, NAME for that one, -NAME for all but that one, as in *,-deployment.",
    },
    disable: {
      kind: "list",
      placeholder: "PARTS",
      meaning: "Parts of kubus that do not work: scheduler, dashboard, or both.",
    },
    "scheduler-scores": {
      kind: "list",
      placeholder: "SCORES",
      meaning:
        "What matters to the scheduler: -NAME for not at all, NAME=WEIGHT, as in -temperature,spread=3.",
    },
    detach: { kind: "switch", meaning: "Return as soon as it is ready; end it with kubus down." },
  },
  meaning:
    "Starts a cluster on this machine: bus, control planes, boards, dashboard. Ctrl-C ends it and leaves nothing.",
  run: async ({ flags, terminal }) => {
    if (flags.runtime === "cri")
      throw new Complaint(
        "--runtime cri is not there yet: this kubus runs pods with its own process runtime only.",
      );
    const switches = switchesOf(flags.controllers, flags.disable);
    weightsOf(flags["scheduler-scores"]); // A complaint now is better than servers that end at once.
    const dir = resolve(flags.dir);
    const isDetached = becomeDetached();
    if (flags.detach && isDetached === undefined) {
      await openFolder(dir); // Before its log is made in there: a folder that is not ours stays untouched.
      return detach(dir, terminal);
    }
    const { runUp } = await import("../up/run-up.ts");
    const out: Terminal = isDetached ?? terminal;
    return runUp({
      dir,
      wishes: { boards: flags.boards, servers: flags.servers },
      apiPort: flags["api-port"],
      dashboardPort: flags["dashboard-port"],
      failover: flags.failover,
      legacyApis: flags["legacy-apis"] === "on" ? "announced" : "hidden",
      switches,
      schedulerScores: flags["scheduler-scores"],
      terminal: out,
    });
  },
});

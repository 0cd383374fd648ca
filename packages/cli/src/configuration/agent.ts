/** THE table of what `kubus agent` must be told, and how it becomes an `AgentConfig`. */
import type { AgentConfig } from "@kubus/node-agent/config.ts";
import { Complaint } from "../command/command.ts";
import type { ConfigRow, Settings } from "./table.ts";

export const agentRows: readonly ConfigRow[] = [
  { key: "node", flag: "node", kind: "text", meaning: "This board's name in the cluster." },
  {
    key: "stateDir",
    flag: "state-dir",
    kind: "path",
    default: "/var/lib/kubus/agent",
    meaning: "Survives reboots: pods' records, logs.",
  },
  {
    key: "runDir",
    flag: "run-dir",
    kind: "path",
    default: "/run/kubus",
    meaning: "On tmpfs, gone after a reboot: namespaces, sockets, shims.",
  },
  { key: "bus.servers", flag: "bus-servers", kind: "list", meaning: "The bus: tls://host:port, ..." },
  { key: "bus.caFile", flag: "bus-ca-file", kind: "file", meaning: "PEM of the cluster's CA." },
  {
    key: "bus.seedFile",
    flag: "bus-seed-file",
    kind: "file",
    secret: true,
    meaning: "The nkey seed of this board; made on the board by kubus agent init.",
  },
  { key: "address", flag: "address", kind: "text", meaning: "The board's address on the cluster's network." },
  {
    key: "udpPort",
    flag: "udp-port",
    kind: "number",
    default: 6445,
    most: 65_535,
    meaning: "Where probes arrive by UDP; 0: any free one.",
  },
  {
    key: "beatVia",
    flag: "beat-via",
    kind: "text",
    optional: true,
    meaning: "HOST:PORT of a relay that beats by UDP go to instead of to the servers.",
  },
  {
    key: "link",
    flag: "link",
    kind: "text",
    optional: true,
    meaning: "The interface that leads to the other boards.",
  },
  {
    key: "cgroupParent",
    flag: "cgroup-parent",
    kind: "text",
    default: "kubus",
    meaning: "The cgroup that is this board, relative to the hierarchy's root.",
  },
  {
    key: "machineShare",
    flag: "machine-share",
    kind: "number",
    default: 1,
    meaning: "How many boards share this machine: capacity is divided by it.",
  },
  {
    key: "sysfsRoot",
    flag: "sysfs-root",
    kind: "path",
    default: "/sys",
    meaning: "Where heat, power and frequencies are read; another folder plays a board that is hot.",
  },
  {
    key: "runtime",
    flag: "runtime",
    kind: "text",
    default: "process",
    choices: ["process", "plain"],
    meaning: "process: namespaces and cgroups (root). plain: child processes.",
  },
  { key: "labels", flag: "labels", kind: "map", default: "", meaning: "Labels of the node: NAME=VALUE,..." },
  {
    key: "hiddenDirs",
    flag: "hidden-dirs",
    kind: "list",
    default: "",
    meaning: "Folders of this machine that no container may see, beside its secrets and kubus' own.",
  },
  {
    key: "sharedFolder",
    flag: "shared-folder",
    kind: "path",
    optional: true,
    meaning: "A folder that every board sees at this place: volumes of the class shared lie there.",
  },
  {
    key: "nameservers",
    flag: "nameservers",
    kind: "list",
    default: "",
    meaning: "Addresses that pods ask for names.",
  },
];

export function agentConfig(settings: Settings, version: string): AgentConfig {
  const { text, number, texts, map, maybe } = settings;
  const link = maybe("link");
  const beatVia = maybe("beatVia");
  const sharedFolder = maybe("sharedFolder");
  return {
    node: text("node"),
    version,
    stateDir: text("stateDir"),
    runDir: text("runDir"),
    bus: { servers: texts("bus.servers"), ca: text("bus.caFile"), seed: text("bus.seedFile") },
    address: text("address"),
    udpPort: number("udpPort"),
    ...(beatVia === undefined ? {} : { beatVia: placeOf(beatVia) }),
    ...(link === undefined ? {} : { link }),
    cgroupParent: text("cgroupParent"),
    machineShare: number("machineShare"),
    sysfsRoot: text("sysfsRoot"),
    runtime: text("runtime") as AgentConfig["runtime"],
    labels: map("labels"),
    hiddenDirs: texts("hiddenDirs"),
    ...(sharedFolder === undefined ? {} : { sharedFolder }),
    nameservers: texts("nameservers"),
  };
}

function placeOf(text: string): { readonly host: string; readonly port: number } {
  const { host, port } = /^(?<host>[^:\s]+):(?<port>\d{1,5})$/.exec(text)?.groups ?? {};
  if (host === undefined || Number(port) > 65_535)
    throw new Complaint(`"beatVia" must be HOST:PORT; "${text}" is not.`);
  return { host, port: Number(port) };
}

/** Setting up real machines: `server init` and `node add` on the server, `agent init` on the board. */
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { readFile } from "node:fs/promises";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { readIfThere, secretMode, writeWhole } from "../adapters/files.ts";
import { processRunning } from "../adapters/processes.ts";
import { isUserKey } from "../cluster/bus-conf.ts";
import { addBusUser, busUsers, ensureSeed } from "../cluster/credentials.ts";
import { existingFolder, openFolder } from "../cluster/folder.ts";
import { kubeconfigText } from "../cluster/kubeconfig.ts";
import type { Layout } from "../cluster/layout.ts";
import { rangesOf } from "../cluster/ranges.ts";
import { Complaint, defineCommand } from "../command/command.ts";

const dir = {
  kind: "text",
  default: "/var/lib/kubus",
  placeholder: "DIR",
  meaning: "The cluster's folder on this machine.",
} as const;

const ports = { bus: 4222, api: 6443, udp: 6444, agentUdp: 6445 } as const;

export const serverInit = defineCommand({
  name: "server init",
  args: [],
  flags: {
    dir,
    address: {
      kind: "text",
      placeholder: "IP",
      meaning: "This machine's address, as boards and people reach it.",
    },
    name: { kind: "text", default: "server-1", meaning: "This server's name." },
    link: { kind: "text", meaning: "The interface that leads to the boards, such as eth0." },
  },
  meaning: "Makes a cluster's certificates, bus configuration and server configuration. Nothing is started.",
  run: async ({ flags, terminal }) => {
    const { address, name, link } = flags;
    if (address === undefined)
      throw new Complaint("Give this machine's address: kubus server init --address IP");
    const layout = await openFolder(resolve(flags.dir));
    const [{ configureCluster, configureServer }, { natsServerVersion }] = await Promise.all([
      import("../up/configure.ts"),
      import("../up/ground.ts"),
    ]);
    const plan = {
      layout,
      ranges: rangesOf(0),
      bus: { host: address, port: ports.bus },
      natsVersion: await natsServerVersion(layout, (line) => {
        terminal.say(`kubus: ${line}`);
      }),
      failover: "balanced",
    };
    const api = { host: "0.0.0.0", port: ports.api };
    const server = { name, address, api, udpPort: ports.udp, traits: link === undefined ? {} : { link } };
    const keys = await configureCluster(plan, [server], systemClock.now());
    await addBusUser(layout, { role: "server", name, key: await ensureSeed(layout.server(name).seed) });
    await configureServer(plan, server);
    const { authority, admin } = keys;
    const text = kubeconfigText({ server: `https://${address}:${ports.api}`, authority, admin });
    await writeWhole(layout.kubeconfig, text);
    terminal.print(`server: kubus server --config ${layout.server(name).config}`);
    terminal.print(`bus:    nats-server -c ${layout.busConf}`);
    terminal.print(`kubectl: export KUBECONFIG=${layout.kubeconfig}`);
    return 0;
  },
});

export const agentInit = defineCommand({
  name: "agent init",
  args: [],
  flags: {
    dir: { ...dir, default: "/etc/kubus", meaning: "Where this board keeps its key and configuration." },
    node: { kind: "text", placeholder: "NAME", meaning: "The board's name in the cluster." },
    server: { kind: "text", placeholder: "IP", meaning: "The server's address." },
    address: { kind: "text", placeholder: "IP", meaning: "The board's own address on that network." },
    link: { kind: "text", default: "eth0", meaning: "The interface that leads to the server." },
  },
  meaning:
    "Makes a board's key, which never leaves it, and its configuration. Prints what the server must know.",
  run: async ({ flags, terminal }) => {
    const { node, server, address, link } = flags;
    if (node === undefined || server === undefined || address === undefined)
      throw new Complaint("Needed: kubus agent init --node NAME --server IP --address IP");
    const at = (file: string) => join(resolve(flags.dir), file);
    const key = await ensureSeed(at("agent.seed"));
    const config = {
      node,
      bus: { servers: [`tls://${server}:${ports.bus}`], caFile: "ca.crt", seedFile: "agent.seed" },
      address,
      udpPort: ports.agentUdp,
      link,
    };
    await writeWhole(at("agent.yaml"), stringify(config), secretMode);
    terminal.print(`On the server: kubus node add ${node} --key ${key}`);
    if ((await readIfThere(at("ca.crt"))) === undefined)
      terminal.print(`Then put the certificate that it prints into ${at("ca.crt")} on this board.`);
    terminal.print(`Then start:    kubus agent --config ${at("agent.yaml")}`);
    return 0;
  },
});

export const nodeAdd = defineCommand({
  name: "node add",
  args: ["NAME"],
  flags: {
    dir,
    key: {
      kind: "text",
      placeholder: "U...",
      meaning: "The board's public key, as kubus agent init printed it.",
    },
  },
  meaning: "Lets a board's agent onto the bus, and prints the certificate that the board must trust.",
  run: async ({ args: [name = ""], flags, terminal }) => {
    const { key } = flags;
    if (key === undefined || !isUserKey(key))
      throw new Complaint(
        "--key must be the board's public key (U..., 56 characters): kubus agent init prints it.",
      );
    if (!/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name))
      throw new Complaint(`"${name}" is no node name: small letters, digits, "-" and ".".`);
    const layout = await existingFolder(resolve(flags.dir));
    const other = (await busUsers(layout)).find((user) => user.key === key && user.name !== name);
    if (other !== undefined)
      throw new Complaint(`That key belongs to ${other.name} already: every board makes its own.`);
    await addBusUser(layout, { role: "agent", name, key });
    terminal.say(
      (await reloadBus(layout))
        ? `kubus: ${name} may connect now.`
        : `kubus: ${name} may connect as soon as the bus is started.`,
    );
    terminal.print(await readFile(layout.certificate("ca"), "utf8"));
    return 0;
  },
});

/** The bus reads its users anew. Returns whether it runs. */
async function reloadBus({ busPid, busConf }: Layout): Promise<boolean> {
  const pid = Number((await readIfThere(busPid)) ?? 0);
  // A pid file outlives a crash: the process must be the one that runs this very configuration.
  const bus = processRunning(pid, busConf);
  if (bus === undefined) return false;
  process.kill(bus.pid, "SIGHUP");
  return true;
}

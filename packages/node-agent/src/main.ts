/**
 * One agent as a process: makes the real parts and hands them to `startAgent`.
 *
 * A bug in any part ends the process; its supervisor starts another one, which adopts the pods.
 */
import { natsBus } from "@kubus/shared/adapters/nats-bus.ts";
import { channelsOn } from "@kubus/shared/bus/bus-channel.ts";
import { inboxPrefix } from "@kubus/shared/bus/subjects.ts";
import { systemRandom as random } from "@kubus/shared/chance/system-random.ts";
import { logTo, type LogLevel } from "@kubus/shared/log/log.ts";
import { actorRegistry } from "@kubus/shared/machine/inspection.ts";
import { narrate } from "@kubus/shared/machine/narrate.ts";
import { systemClock as clock } from "@kubus/shared/time/system-clock.ts";
import { openRuntime } from "./adapters/board-runtime.ts";
import { networkChecks } from "./adapters/checks.ts";
import { realHost } from "./adapters/host/host.ts";
import { bootIdOf } from "./adapters/host/identity.ts";
import { logFiles } from "./adapters/log-files/log-files.ts";
import { fileRecords } from "./adapters/records/records.ts";
import { crash, writeLine } from "./adapters/this-process.ts";
import { openDatagrams } from "./adapters/heartbeat/udp.ts";
import { makeHeartbeat } from "./adapters/heartbeat/heartbeat.ts";
import { startAgent } from "./compose.ts";
import type { AgentConfig } from "./config.ts";

/** Machines whose every step is worth a line; the rest is for `debug`. */
const loudMachines = ["node", "pod", "container", "link"];
const levelOf = (machine: string): LogLevel => (loudMachines.includes(machine) ? "info" : "debug");

/** Resolves when the pods that are here have their actors; rejects when the board cannot run an agent at all. */
export async function runAgent(config: AgentConfig): Promise<{ stop(): Promise<void> }> {
  const { node, version, address, stateDir, beatVia } = config;
  const log = logTo(writeLine, { now: () => clock.now(), level: "info", fields: { node } });
  const onError = (error: unknown) => {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.error("agent.crashed", { why });
    crash();
  };
  const registry = actorRegistry({ clock });
  narrate({ registry, log, levelOf });

  const run = { clock, random, registry, log };
  const { runtime, network, volumes } = await openRuntime(config, { ...run, onError });
  const datagrams = await openDatagrams({ host: address, port: config.udpPort });
  const dial = (name: string) =>
    natsBus({ ...config.bus, name, inboxPrefix: inboxPrefix(node), log, registry });
  const bus = dial(node);
  const bulkBus = dial(`${node} bulk`);

  const hello = {
    node,
    bootId: await bootIdOf(config.runDir),
    agentId: random.uuid(),
    version,
    address,
    udpPort: datagrams.port,
  };
  const agent = await startAgent({
    config,
    bus,
    channels: channelsOn(bus, run),
    bulk: channelsOn(bulkBus, { clock, random }),
    runtime,
    network,
    volumes,
    host: realHost(config),
    beat: makeHeartbeat({
      hello,
      bus,
      datagrams,
      onError,
      ...(beatVia === undefined ? {} : { beatVia }),
      ...run,
    }),
    checks: networkChecks,
    records: fileRecords(stateDir, log),
    logs: logFiles,
    onError,
    ...run,
  });
  return {
    stop: async () => {
      await agent.stop();
      await Promise.all([bus.close(), bulkBus.close()]);
    },
  };
}

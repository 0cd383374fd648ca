/** What runs pods on this board, as configured. Loaded only when chosen: a board has memory for one. */
import type { Log } from "@kubus/shared/log/log.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { AgentConfig } from "../config.ts";
import type { PodNetwork } from "../ports/network.ts";
import type { Runtime } from "../ports/runtime.ts";

export interface BoardRuntime {
  readonly runtime: Runtime;
  readonly network: PodNetwork;
}

export interface RuntimeTools {
  readonly clock: Clock;
  readonly log: Log;
  readonly registry?: ActorRegistry;
  readonly onError: (error: unknown) => void;
}

/** Rejects, with one clear line, when this board cannot have the runtime that it is configured for. */
export async function openRuntime(config: AgentConfig, tools: RuntimeTools): Promise<BoardRuntime> {
  if (config.runtime === "plain") {
    const { plainNetwork } = await import("./plain/network.ts");
    const { openPlainRuntime } = await import("./plain/runtime.ts");
    return { network: plainNetwork(config.address), runtime: await openPlainRuntime({ config, ...tools }) };
  }
  const { linuxNetwork } = await import("./linux-network/linux-network.ts");
  const { openProcessRuntime } = await import("./process/runtime.ts");
  const { link } = config;
  const network = linuxNetwork({ ...tools, ...(link === undefined ? {} : { link }) });
  return { network, runtime: await openProcessRuntime({ config, network, ...tools }) };
}

/** What runs pods on this board, as configured. Loaded only when chosen: a board has memory for one. */
import type { Log } from "@kubus/shared/log/log.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { AgentConfig } from "../config.ts";
import type { PodNetwork } from "../ports/network.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { VolumeStore } from "../ports/volume-store.ts";

export interface BoardRuntime {
  readonly runtime: Runtime;
  readonly network: PodNetwork;
  /** Undefined where nothing can be mounted. */
  readonly volumes: VolumeStore | undefined;
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
    const runtime = await openPlainRuntime({ config, ...tools });
    return { network: plainNetwork(config.address), runtime, volumes: undefined };
  }
  const { linuxNetwork } = await import("./linux-network/linux-network.ts");
  const { openProcessRuntime } = await import("./process/runtime.ts");
  const { link } = config;
  const network = linuxNetwork({ ...tools, ...(link === undefined ? {} : { link }) });
  const runtime = await openProcessRuntime({ config, network, ...tools });
  const { openVolumeStore } = await import("./volume-store/volume-store.ts");
  return { network, runtime, volumes: await openVolumeStore(config) };
}

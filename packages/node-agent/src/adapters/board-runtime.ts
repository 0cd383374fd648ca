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
  readonly registry: ActorRegistry;
}

/** Rejects when this board cannot have the runtime that it is configured for. */
export function openRuntime({ runtime }: AgentConfig, { log }: RuntimeTools): Promise<BoardRuntime> {
  log.error("runtime.missing", { runtime });
  return Promise.reject(new Error(`This build has no "${runtime}" runtime.`));
}

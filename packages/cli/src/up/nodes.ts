/** The nodes of the cluster, always as new as the API lets us know. */
import type { Node } from "@kubus/shared/api/node.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { ApiClient } from "./api-client.ts";
import { nodesMachine } from "./nodes.machine.ts";

export interface Nodes {
  list(): readonly Node[];
  onChange(listener: () => void): () => void;
  stop(): void;
}

const listTimeoutMs = 3_000;

export function followNodes(options: {
  readonly api: ApiClient;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}): Nodes {
  const { api, clock, onError } = options;
  const nodes = new Map<string, Node>();
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const nameOf = ({ metadata }: Node) => metadata.name;

  const follow = async (signal: AbortSignal): Promise<undefined> => {
    const { items, resourceVersion } = await api.listNodes(listTimeoutMs);
    nodes.clear();
    for (const node of items) nodes.set(nameOf(node), node);
    tell();
    for await (const { type, object } of api.watchNodes(resourceVersion, signal)) {
      if (type === "ERROR") return undefined; // Too old: list again.
      if (type === "BOOKMARK") continue;
      if (type === "DELETED") nodes.delete(nameOf(object));
      else nodes.set(nameOf(object), object);
      tell();
    }
    return undefined;
  };
  const machine = nodesMachine.provide({ actors: { follow: fill((_, signal) => follow(signal)) } });
  const actor = startActor(machine, { id: "nodes", input: undefined, clock, onError });
  return {
    list: () => [...nodes.values()],
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => {
      actor.stop();
    },
  };
}

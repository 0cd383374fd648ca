/** The health of a pod's containers: one watch for each run that has probes, begun and ended with the run. */
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Container, Pod } from "@kubus/shared/api/pod.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Checks } from "../ports/checks.ts";
import { containerKey, type Runtime } from "../ports/runtime.ts";
import { watchContainer, type Watch, type WatchOptions } from "../probe/watch.ts";
import type { Notice } from "./events.ts";
import type { ContainerView } from "./progress.ts";
import type { PodView } from "./status.ts";

export interface Health {
  /** The pod moved: begin and end watches as its containers begin and end. */
  look(view: PodView): void;
  readonly hasStarted: (name: string) => boolean;
  readonly isReady: (name: string) => boolean;
  stop(): void;
}

export interface HealthOptions {
  readonly pod: Pod;
  readonly runtime: Pick<Runtime, "exec" | "name">;
  readonly checks: Checks;
  readonly clock: Clock;
  readonly registry?: ActorRegistry;
  readonly onError: (error: unknown) => void;
  readonly onChange: () => void;
  readonly onNotice: (notice: Notice) => void;
  readonly onUnhealthy: (name: string) => void;
}

const words = { startup: "Startup", readiness: "Readiness", liveness: "Liveness" } as const;

export function podHealth(options: HealthOptions): Health {
  const { pod, onChange, onNotice, onUnhealthy } = options;
  const watches = new Map<string, { readonly attempt: number; readonly watch: Watch }>();
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];

  const end = (name: string) => {
    watches.get(name)?.watch.stop();
    watches.delete(name);
  };
  const begin = (view: ContainerView, container: Container, podIp: string) => {
    const { name, context } = view;
    const { attempt } = context;
    const how: WatchOptions = {
      ...options,
      container,
      podIp,
      id: { podUid: pod.metadata.uid, name, attempt },
      name: `${keyOf(pod)}/${name}`,
      known: knownOf(view, options.runtime.name),
      onChange,
      onFailure: (role, message) =>
        onNotice({
          type: "Warning",
          reason: "Unhealthy",
          message: `${words[role]} probe failed: ${message}`,
          fieldPath: `spec.containers{${name}}`,
        }),
      onUnhealthy: () => onUnhealthy(name),
    };
    watches.set(name, { attempt, watch: watchContainer(how) });
  };

  return {
    look: ({ main, init, sandbox }) => {
      for (const view of [...main, ...init]) {
        const { name, context, place } = view;
        const present = watches.get(name);
        const runs = place === "running" && context.running !== undefined && context.plan.role !== "init";
        if (present !== undefined && (!runs || present.attempt !== context.attempt)) end(name);
        const container = all.find((one) => one.name === name);
        if (runs && container !== undefined && !watches.has(name)) begin(view, container, sandbox?.ip ?? "");
      }
    },
    hasStarted: (name) => watches.get(name)?.watch.hasStarted() ?? false,
    isReady: (name) => watches.get(name)?.watch.isReady() ?? false,
    stop: () => {
      for (const name of [...watches.keys()]) end(name);
    },
  };
}

/** What the API said about this very run, when the agent took the pod up. */
function knownOf({ context: { plan, attempt } }: ContainerView, runtimeName: string) {
  const id = `${runtimeName}://${containerKey({ podUid: plan.podUid, name: plan.name, attempt })}`;
  const { remembered } = plan;
  const isSame = remembered?.containerID === id;
  return { started: isSame && remembered.started === true, ready: isSame && remembered.ready };
}

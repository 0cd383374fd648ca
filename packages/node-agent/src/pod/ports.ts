/** How a pod's machine is filled: its holes against the runtime, the API and the pod's own plan. */
import type { Pod } from "@kubus/shared/api/pod.ts";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import { invariant } from "@kubus/shared/errors/invariant.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { Attempt } from "../container/machine.ts";
import { containerOn } from "../container/ports.ts";
import { environmentOf } from "./environment.ts";
import type { PodWorld } from "./home.ts";
import { podMachine } from "./machine.ts";
import { containerSpec, logPath, sandboxSpec } from "./plan.ts";
import { podPath } from "./scribe.ts";

/** The pod's machine with its holes filled; `podIp` is asked when a container starts. */
export function podOn(pod: Pod, world: PodWorld, podIp: () => string | undefined): typeof podMachine {
  const { api, runtime, logs, terms, known, sources, volumes, apiPlace, allocatable } = world;
  const { uid } = pod.metadata;
  const specOf = async ({ plan, attempt }: Attempt) => {
    const newest = known(pod) ?? pod;
    const all = [...(newest.spec.initContainers ?? []), ...newest.spec.containers];
    const container = all.find(({ name }) => name === plan.name);
    invariant(container !== undefined, `container "${plan.name}" left its pod`);
    const [fetched, place] = await Promise.all([sources.fetchFor(container, newest), apiPlace()]);
    const { nodeName, hostIp } = terms;
    const board = { nodeName, hostIp, podIp: podIp() ?? "", apiPlace: place, allocatable: allocatable() };
    const from = { pod: newest, ...board, ...fetched };
    const values = environmentOf(container, from);
    const mounts = await volumes.mountsFor(container, newest, values);
    return containerSpec(container, attempt, { sources: from, values, mounts, terms });
  };
  return podMachine.provide({
    actors: {
      container: containerOn({ runtime, specOf, forgetLog: (id) => logs.remove(logPath(terms, pod, id)) }),
      ensureSandbox: fill(async (it, signal) => {
        const [sandbox] = await Promise.all([
          runtime.ensureSandbox(sandboxSpec(it, terms), signal),
          volumes.setUp(() => known(it) ?? it, signal),
        ]);
        return sandbox;
      }),
      release: fill<unknown, Pod>(async () => {
        // Containers hold on to their volumes as long as they run.
        await runtime.removeSandbox(uid);
        await volumes.remove(uid);
      }),
      confirm: fill<unknown, Pod>(async (it) => {
        try {
          await api.delete(podPath(it), { gracePeriodSeconds: 0, preconditions: { uid } });
        } catch (error) {
          // Gone already, or its name belongs to a successor: both mean that this one is over.
          if (!isRefusal(error, "notFound", "conflict")) throw error;
        }
      }),
    },
  });
}

/** How a pod's machine is filled: its holes against the runtime, the API and the pod's own plan. */
import type { Pod } from "@kubus/shared/api/pod.ts";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import { invariant } from "@kubus/shared/errors/invariant.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { Attempt } from "../container/machine.ts";
import { containerOn } from "../container/ports.ts";
import type { PodWorld } from "./home.ts";
import { podMachine } from "./machine.ts";
import { containerSpec, logPath, sandboxSpec } from "./plan.ts";
import { podPath } from "./scribe.ts";

/** The pod's machine with its holes filled; `podIp` is asked when a container starts. */
export function podOn(pod: Pod, world: PodWorld, podIp: () => string | undefined): typeof podMachine {
  const { api, runtime, logs, terms, known, sources } = world;
  const { uid } = pod.metadata;
  const specOf = async ({ plan, attempt }: Attempt) => {
    const newest = known(pod) ?? pod;
    const all = [...(newest.spec.initContainers ?? []), ...newest.spec.containers];
    const container = all.find(({ name }) => name === plan.name);
    invariant(container !== undefined, `container "${plan.name}" left its pod`);
    const fetched = await sources.fetchFor(container, newest);
    const { nodeName, hostIp } = terms;
    const from = { pod: newest, nodeName, hostIp, podIp: podIp() ?? "", ...fetched };
    return containerSpec(container, attempt, { sources: from, terms });
  };
  return podMachine.provide({
    actors: {
      container: containerOn({ runtime, specOf, forgetLog: (id) => logs.remove(logPath(terms, pod, id)) }),
      ensureSandbox: fill((it, signal) => runtime.ensureSandbox(sandboxSpec(it, terms), signal)),
      release: fill<unknown, Pod>(() => runtime.removeSandbox(uid)),
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

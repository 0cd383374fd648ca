/** How a container's machine is filled: its holes against the runtime and the pod's own plan. */
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { ContainerIdentity, ContainerSpec, Exit, Runtime, Sighting } from "../ports/runtime.ts";
import { containerMachine, type Attempt, type ContainerPlan } from "./machine.ts";
import { find } from "./restart.ts";

/** Dead attempts that are kept for `kubectl logs --previous`. */
const keptAttempts = 1;

export interface ContainerWorld {
  readonly runtime: Runtime;
  /** The whole spec of one start; rejects with a ContainerRefusal when something it names is missing. */
  readonly specOf: (attempt: Attempt) => Promise<ContainerSpec>;
  /** An attempt is no longer needed by anybody: its log may go. */
  readonly forgetLog: (id: ContainerIdentity) => Promise<void>;
}

/** The container machine on a real runtime. */
export function containerOn({ runtime, specOf, forgetLog }: ContainerWorld): typeof containerMachine {
  const tracesOf = async ({ podUid, name }: ContainerPlan) =>
    (await runtime.listContainers(podUid)).filter((trace) => trace.name === name);

  const dropOld = async ({ plan, attempt }: Attempt) => {
    const old = (await tracesOf(plan)).filter((trace) => trace.attempt < attempt - keptAttempts);
    for (const id of old) {
      await runtime.removeContainer(id);
      await forgetLog(id);
    }
  };
  const stopAll = async ({ plan, attempt, graceMs }: Attempt & { readonly graceMs: number }) => {
    const traces = await tracesOf(plan);
    // The current attempt may be in the middle of a start that nobody waits for any more: ask for it too.
    const current = { podUid: plan.podUid, name: plan.name, attempt };
    const others = traces.filter((trace) => trace.attempt !== attempt && isRunning(trace.sighting));
    await Promise.all(others.map((id) => runtime.stopContainer(id, graceMs)));
    const sighting = await runtime.inspectContainer(current);
    if (sighting.state === "absent") return undefined;
    return sighting.state === "exited" ? exitOf(sighting) : runtime.stopContainer(current, graceMs);
  };

  return containerMachine.provide({
    actors: {
      inspect: fill(async (plan) => find(await tracesOf(plan), plan.remembered)),
      pull: fill(({ image }, signal) => runtime.ensureImage(image, signal)),
      start: fill(async (attempt, signal) => {
        const spec = await specOf(attempt);
        signal.throwIfAborted();
        const running = await runtime.startContainer(spec, signal);
        // Old attempts are only litter: failing to sweep them must not fail the start.
        void dropOld(attempt).catch(() => undefined);
        return running;
      }),
      awaitExit: fill(({ plan, attempt }, signal) =>
        runtime.awaitExit({ podUid: plan.podUid, name: plan.name, attempt }, signal),
      ),
      stop: fill(stopAll),
    },
  });
}

const isRunning = (sighting: Sighting) => sighting.state === "running";

const exitOf = ({ exitCode, startedAt, finishedAt, outOfMemory }: Exit): Exit => ({
  exitCode,
  startedAt,
  finishedAt,
  outOfMemory,
});

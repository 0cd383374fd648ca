/** Looks at what the board's containers use, again and again, and keeps the last two looks. */
import type { PodUsage } from "@kubus/shared/bus/usage.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Board } from "../pod/board.ts";
import type { Home } from "../pod/home.ts";
import { containerKey, type ContainerIdentity, type Runtime } from "../ports/runtime.ts";
import { usageMachine } from "./machine.ts";
import { podUsages, type Look, type Point, type Subject } from "./rates.ts";

export interface SamplerOptions {
  readonly node: string;
  readonly board: Pick<Board, "homes">;
  readonly runtime: Pick<Runtime, "usage">;
  readonly clock: Clock;
  readonly registry?: ActorRegistry;
  readonly onError: (error: unknown) => void;
}

export interface Sampler {
  /** What the pods used between the last two looks. */
  pods(): readonly PodUsage[];
  stop(): void;
}

export function startSampler(options: SamplerOptions): Sampler {
  const { node, board, runtime, clock, registry, onError } = options;
  let last: Look | undefined;
  let before: Look | undefined;

  const pointOf = async ([id, subject]: Running): Promise<Point> => {
    // It may have ended in this moment; then it is not told of this time.
    const used = await runtime.usage(id).catch(() => undefined);
    return { ...subject, used, at: clock.now(), monotonic: clock.monotonic() };
  };
  const measure = async () => {
    const at = clock.now();
    const points = await Promise.all(board.homes().flatMap(runningIn).map(pointOf));
    before = last;
    last = { at, points: new Map(points.map((point) => [point.key, point])) };
  };

  const actor = startActor(usageMachine.provide({ actors: { measure: fill<unknown, undefined>(measure) } }), {
    id: `usage ${node}`,
    input: undefined,
    clock,
    onError,
    ...(registry === undefined ? {} : { registry }),
  });
  return { pods: () => podUsages(last, before), stop: () => actor.stop() };
}

type Running = readonly [ContainerIdentity, Subject];

function runningIn(home: Home): readonly Running[] {
  const { namespace = "", name, uid } = home.pod.metadata;
  const { init, main } = home.view();
  return [...init, ...main].flatMap(({ name: container, context: { running, attempt } }) => {
    if (running === undefined) return [];
    const id = { podUid: uid, name: container, attempt };
    const pod = { namespace, name, uid };
    return [[id, { key: containerKey(id), container, pod, startedAt: running.startedAt }]] as const;
  });
}

/** How far a pod has come, read off its containers' actors. Pure. */
import type { SnapshotFrom } from "xstate";
import type { Container, ContainerStatus, Pod } from "@kubus/shared/api/pod.ts";
import { isFinished } from "@kubus/shared/api/pod.ts";
import type {
  ContainerContext,
  ContainerFace,
  ContainerPlan,
  containerMachine,
} from "../container/machine.ts";
import type { RestartRule } from "../container/restart.ts";
import { defaultGraceSeconds } from "../limits.ts";

/** A container's actor as far as progress goes. */
interface Ref {
  getSnapshot(): SnapshotFrom<typeof containerMachine>;
}

/** One container as it is now: plain data. */
export interface ContainerView {
  readonly name: string;
  /** The state it is in, as a dotted path. */
  readonly place: string;
  readonly face: ContainerFace;
  readonly context: ContainerContext;
  /** Nothing will ever happen to it again. */
  readonly isOver: boolean;
}

export function viewOf(ref: Ref): ContainerView {
  const snapshot = ref.getSnapshot();
  const place = placeOf(snapshot.value);
  // The innermost state that has a face speaks: ids are `container.awaitingImage.refused`.
  const faces = Object.entries(snapshot.getMeta()).sort(([a], [b]) => b.length - a.length);
  const face = faces.find(([, meta]) => meta !== undefined)?.[1] ?? { shows: "as before" };
  const { context } = snapshot;
  return { name: context.plan.name, place, face, context, isOver: snapshot.status === "done" };
}

/** `{ stopping: "asking" }` as `stopping.asking`. */
export function placeOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const [name = "", inner] = Object.entries(value)[0] ?? [];
  return `${name}.${placeOf(inner)}`;
}

export const allOver = (refs: readonly Ref[]): boolean =>
  refs.every((ref) => ref.getSnapshot().status === "done");

interface Initialising {
  readonly pod: Pod;
  readonly init: readonly Ref[];
}

const isSidecar = (container: Container | undefined) => container?.restartPolicy === "Always";

/** Whether all init containers were begun and are through. */
export const initIsThrough = ({ pod, init }: Initialising): boolean =>
  init.length === (pod.spec.initContainers ?? []).length && lastInitIsThrough({ init });

/** Whether the init container begun last (none counts too) makes way for the next. */
export const lastInitIsThrough = ({ init }: Pick<Initialising, "init">): boolean =>
  init.slice(-1).every((ref) => isThrough(viewOf(ref)));

/** A sidecar is through when it runs, others when they have ended well. */
function isThrough({ isOver, place, context }: ContainerView): boolean {
  if (context.plan.role === "sidecar") return place === "running";
  return isOver && context.run?.exitCode === 0;
}

/** An init container ended badly and may not start again. */
export const initFailed = ({ init }: Pick<Initialising, "init">): boolean =>
  init.map(viewOf).some(({ isOver, context }) => isOver && context.run?.exitCode !== 0);

/** How long the pod's containers may take to stop: what its deletion says, else its spec. */
export function graceMsOf({ metadata, spec }: Pod): number {
  const seconds =
    metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? defaultGraceSeconds;
  return seconds * 1_000;
}

/** Its end is in its status already: nothing is to be started. */
export const wasFinished = (pod: Pod): boolean => isFinished(pod);

/** What each container's actor is told, in the order of the spec. */
export function containerPlans(pod: Pod): {
  readonly init: readonly ContainerPlan[];
  readonly main: readonly ContainerPlan[];
} {
  const { spec, status = {} } = pod;
  const rule: RestartRule = spec.restartPolicy ?? "Always";
  const initRule: RestartRule = rule === "Always" ? "OnFailure" : rule;
  const plan = (
    container: Container,
    statuses: readonly ContainerStatus[] | undefined,
    terms: Pick<ContainerPlan, "role" | "restartRule">,
  ): ContainerPlan => ({
    podUid: pod.metadata.uid,
    name: container.name,
    image: container.image,
    graceMs: (spec.terminationGracePeriodSeconds ?? defaultGraceSeconds) * 1_000,
    remembered: statuses?.find(({ name }) => name === container.name),
    ...terms,
  });
  return {
    init: (spec.initContainers ?? []).map((container) =>
      plan(
        container,
        status.initContainerStatuses,
        isSidecar(container)
          ? { role: "sidecar", restartRule: "Always" }
          : { role: "init", restartRule: initRule },
      ),
    ),
    main: spec.containers.map((container) =>
      plan(container, status.containerStatuses, { role: "main", restartRule: rule }),
    ),
  };
}

/**
 * A pod's status, read off its actors and nowhere else. Pure.
 *
 * What stays equal keeps its times, so an agent that restarted writes nothing about what is already right.
 */
import type { Condition } from "@kubus/shared/api/meta.ts";
import type {
  ContainerStateWaiting,
  ContainerStatus,
  Pod,
  PodPhase,
  PodStatus,
} from "@kubus/shared/api/pod.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import type { Problem } from "../container/problem.ts";
import type { Sandbox } from "../ports/runtime.ts";
import { failedMount } from "../volume/failure.ts";
import { containerStatus, type StatusTerms } from "./container-status.ts";
import type { ContainerView } from "./progress.ts";
import { qosOf } from "./resources.ts";

/** A pod's actor as it is now: plain data. */
export interface PodView {
  readonly pod: Pod;
  /** The state it is in, as a dotted path. */
  readonly place: string;
  readonly sandbox: Sandbox | undefined;
  readonly problem: Problem | undefined;
  readonly init: readonly ContainerView[];
  readonly main: readonly ContainerView[];
}

const ending = ["terminating", "removing", "confirming", "gone"];
const isEnding = ({ place }: PodView) => ending.includes(place.split(".", 1)[0] ?? "");

/**
 * Whether the view says more than the API knows already. A pod that is being found again looks unfinished for a
 * moment; telling so would take it out of service for nothing.
 */
export function isTelling({ pod, place, init, main }: PodView): boolean {
  if ([...init, ...main].some(({ place }) => place === "inspecting")) return false;
  const wasKnown = pod.status?.phase !== undefined && pod.status.phase !== "Pending";
  if (!wasKnown) return true;
  if (place.startsWith("arriving") || place === "sandboxing.preparing" || place === "initialising")
    return false;
  return main.length > 0 || place === "sandboxing.backingOff";
}

/** The whole status as it should stand in the API. `before`: what stands there. */
export function podStatus(view: PodView, before: PodStatus, terms: StatusTerms): PodStatus {
  const { pod, sandbox } = view;
  const main = statuses(view, "main", before, terms);
  const init = statuses(view, "init", before, terms);
  const phase = phaseOf(view, { main, init });
  const ip = sandbox?.ip ?? (phase === "Pending" ? undefined : before.podIP);
  return {
    phase,
    ...(view.place === "refused" && view.problem !== undefined
      ? { reason: view.problem.reason, message: view.problem.message }
      : {}),
    conditions: conditionsOf(view, { main, init, phase, before: before.conditions ?? [], now: terms.now }),
    hostIP: terms.hostIp,
    hostIPs: [{ ip: terms.hostIp }],
    ...(ip === undefined ? {} : { podIP: ip, podIPs: [{ ip }] }),
    startTime: before.startTime ?? timestamp(terms.now),
    containerStatuses: main,
    ...(init.length === 0 ? {} : { initContainerStatuses: init }),
    qosClass: before.qosClass ?? qosOf(pod.spec),
  };
}

function statuses(
  { pod, place, problem, ...views }: PodView,
  which: "main" | "init",
  before: PodStatus,
  terms: StatusTerms,
): readonly ContainerStatus[] {
  const containers = which === "main" ? pod.spec.containers : (pod.spec.initContainers ?? []);
  const known = which === "main" ? before.containerStatuses : before.initContainerStatuses;
  const isRefused = place === "refused" || place.startsWith("sandboxing.");
  const hasInit = (pod.spec.initContainers ?? []).length > 0;
  const creating = hasInit && which === "main" ? "PodInitializing" : "ContainerCreating";
  const shown = isRefused && problem !== undefined ? problem : { reason: creating, message: "" };
  // As in Kubernetes: the event says FailedMount, the container that it is being created.
  const waiting = shown.reason === failedMount ? { ...shown, reason: creating } : shown;
  const first: ContainerStateWaiting = {
    reason: waiting.reason,
    ...(waiting.message === "" ? {} : { message: waiting.message }),
  };
  return containers.map((container) => {
    const { name } = container;
    const told = known?.find((one) => one.name === name);
    // Whoever waits is told what for; what ran keeps the last word.
    const isStuck = isRefused && problem !== undefined && told?.state.waiting !== undefined;
    return containerStatus(
      { container, view: views[which].find((one) => one.name === name) },
      isStuck ? { ...told, state: { waiting: first } } : told,
      { ...terms, waiting: first },
    );
  });
}

interface Parts {
  readonly main: readonly ContainerStatus[];
  readonly init: readonly ContainerStatus[];
}

/** Kubernetes' rules (kubelet `getPhase`), with pods that end told apart by their exit codes. */
function phaseOf(view: PodView, { main, init }: Parts): PodPhase {
  const { restartPolicy = "Always" } = view.pod.spec;
  const hasFailed = ({ state }: ContainerStatus) =>
    state.terminated !== undefined && state.terminated.exitCode !== 0;
  const isOver = ({ state }: ContainerStatus) => state.terminated !== undefined;
  const mayEnd = restartPolicy !== "Always" || isEnding(view);
  const failed = init.filter(({ name }) => !isSidecar(view.pod, name)).some(hasFailed);
  if (mayEnd && failed && (restartPolicy === "Never" || isEnding(view))) return "Failed";
  if (
    main.some(({ state, lastState }) => state.waiting !== undefined && lastState.terminated === undefined)
  ) {
    return "Pending";
  }
  if (!main.every(isOver) || !mayEnd) return "Running";
  if (!main.some(hasFailed)) return "Succeeded";
  return restartPolicy === "Never" || isEnding(view) ? "Failed" : "Running";
}

interface Judged extends Parts {
  readonly phase: PodPhase;
  readonly before: readonly Condition[];
  readonly now: number;
}

function conditionsOf(view: PodView, { main, init, phase, before, now }: Judged): readonly Condition[] {
  const isOver = phase === "Succeeded" || phase === "Failed";
  const notReady = main.filter(({ ready }) => !ready).map(({ name }) => name);
  const notInitialised = init.filter((status) => !isInitialised(status, isSidecar(view.pod, status.name)));
  const unready = isOver
    ? { reason: "PodCompleted" }
    : { reason: "ContainersNotReady", message: `containers with unready status: [${notReady.join(" ")}]` };
  const incomplete = {
    reason: "ContainersNotInitialized",
    message: `containers with incomplete status: [${notInitialised.map(({ name }) => name).join(" ")}]`,
  };
  const areReady = !isOver && notReady.length === 0;
  const own = [
    judged("PodReadyToStartContainers", view.sandbox !== undefined),
    judged("Initialized", notInitialised.length === 0, incomplete),
    judged("Ready", areReady, unready),
    judged("ContainersReady", areReady, unready),
    ...(before.some(({ type }) => type === "PodScheduled") ? [] : [judged("PodScheduled", true)]),
  ];
  const others = before.filter(({ type }) => !own.some((condition) => condition.type === type));
  return [...own.map((condition) => dated(condition, before, now)), ...others];
}

/** A sidecar has done its part once it ran; any other init container when it ended well. */
const isInitialised = ({ state, lastState }: ContainerStatus, sidecar: boolean) =>
  sidecar
    ? (state.running ?? state.terminated ?? lastState.terminated) !== undefined
    : state.terminated?.exitCode === 0;

const isSidecar = ({ spec }: Pod, container: string) =>
  spec.initContainers?.some(({ name, restartPolicy }) => name === container && restartPolicy === "Always") ??
  false;

const judged = (
  type: string,
  isTrue: boolean,
  why: { readonly reason?: string; readonly message?: string } = {},
): Condition => ({ type, status: isTrue ? "True" : "False", ...(isTrue ? {} : why) });

/** A condition keeps the time of its last change. */
function dated(condition: Condition, before: readonly Condition[], now: number): Condition {
  const known = before.find(({ type }) => type === condition.type);
  const since = known?.status === condition.status ? known.lastTransitionTime : undefined;
  return { ...condition, lastTransitionTime: since ?? timestamp(now) };
}

/** What is worth telling people about a pod: read off two views, one after the other. Pure. */
import { failedMount, isOfVolume } from "../volume/failure.ts";
import type { ContainerView } from "./progress.ts";
import type { PodView } from "./status.ts";

export interface Notice {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  /** `spec.containers{web}`, where it concerns one container. */
  readonly fieldPath?: string;
}

/** The notices of one step; `before` is undefined when the pod is new to this agent. */
export function noticesOf(before: PodView | undefined, now: PodView): readonly Notice[] {
  const known = new Map([...(before?.init ?? []), ...(before?.main ?? [])].map((view) => [view.name, view]));
  return [
    ...podNotices(before, now),
    ...[...now.init, ...now.main].flatMap((view) => containerNotices(known.get(view.name), view, now)),
  ];
}

function podNotices(before: PodView | undefined, { place, problem }: PodView): readonly Notice[] {
  if (before?.place === place || problem === undefined) return [];
  const { message, reason } = problem;
  if (place === "refused") return [{ type: "Warning", reason, message }];
  if (place !== "sandboxing.backingOff") return [];
  if (isOfVolume(problem)) return [{ type: "Warning", reason: failedMount, message }];
  return [
    {
      type: "Warning",
      reason: "FailedCreatePodSandBox",
      message: `Failed to create pod sandbox: ${message}`,
    },
  ];
}

function containerNotices(
  before: ContainerView | undefined,
  now: ContainerView,
  { pod }: PodView,
): readonly Notice[] {
  if (before === undefined || before.place === now.place) return [];
  const { name, place, context } = now;
  const { image } = context.plan;
  const message = context.problem?.message ?? "";
  const told = (type: Notice["type"], reason: string, text: string): readonly Notice[] => [
    { type, reason, message: text, fieldPath: fieldPath(now) },
  ];
  if (place === "starting" && before.place === "pulling") {
    return told("Normal", "Pulled", `Container image "${image}" already present on machine`);
  }
  if (place === "running" && before.place === "starting") {
    return [
      ...told("Normal", "Created", `Created container: ${name}`),
      ...told("Normal", "Started", `Started container ${name}`),
    ];
  }
  if (place === "awaitingImage.refused") {
    return told("Warning", "Failed", `Failed to pull image "${image}": ${message}`);
  }
  if (place === "awaitingStart") {
    return told("Warning", "Failed", `Error: ${context.problem?.reason ?? ""}: ${message}`);
  }
  if (place === "awaitingRestart" && context.crashes > 1) {
    const { name: podName } = pod.metadata;
    return told("Warning", "BackOff", `Back-off restarting failed container ${name} in pod ${podName}`);
  }
  if (place === "restarting") {
    return told("Normal", "Killing", `Container ${name} failed liveness probe, will be restarted`);
  }
  if (place.startsWith("stopping") && before.place === "running") {
    return told("Normal", "Killing", `Stopping container ${name}`);
  }
  return [];
}

const fieldPath = ({ name, context }: ContainerView) =>
  context.plan.role === "main" ? `spec.containers{${name}}` : `spec.initContainers{${name}}`;

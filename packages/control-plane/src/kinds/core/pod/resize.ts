/** How much the containers of a pod get, changed while it lives: cpu and memory, and nothing else. Pure. */
import type { Container, Pod, ResourceList } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { without } from "../../../api/without.ts";
import { cause } from "../../causes.ts";
import { when } from "../../rules.ts";
import { compareAmounts } from "../quantities.ts";
import { meansSame } from "../semantic.ts";
import { qosClassOf } from "./qos.ts";
import { mirrorAnnotation } from "./validate-annotations.ts";

const resizable = ["cpu", "memory"];
const lists = ["initContainers", "containers"] as const;

/** The pod as it was, with the resources of the next one. Other containers than before are left for the check. */
export function withResources(next: Pod, previous: Pod): Pod {
  const { spec } = previous;
  const hasSame = lists.every((list) =>
    meansSame(
      (next.spec[list] ?? []).map(({ name }) => name),
      (spec[list] ?? []).map(({ name }) => name),
    ),
  );
  if (!hasSame) return next;
  const initContainers = resized(next.spec.initContainers, spec.initContainers);
  return {
    ...previous,
    spec: {
      ...spec,
      containers: resized(next.spec.containers, spec.containers),
      ...(initContainers.length === 0 ? {} : { initContainers }),
    },
  };
}

const resized = (
  next: readonly Container[] | undefined,
  previous: readonly Container[] | undefined = [],
): readonly Container[] =>
  previous.map((container, i) => {
    const { resources, resizePolicy } = next?.[i] ?? {};
    const rest = without(container, "resources", "resizePolicy");
    return {
      ...rest,
      ...(resources === undefined ? {} : { resources }),
      ...(resizePolicy === undefined ? {} : { resizePolicy }),
    };
  });

export function validateResize(next: Pod, previous: Pod): readonly Cause[] {
  const never = whyNever(previous);
  if (never !== undefined) return [cause.forbidden("", never)];
  const causes = [
    ...when(
      qosClassOf(next.spec) !== (previous.status?.qosClass ?? qosClassOf(previous.spec)),
      cause.invalid(
        "spec",
        next.status?.qosClass ?? "",
        "Pod QOS Class may not change as a result of resizing",
      ),
    ),
    ...when(
      !isSupported(previous),
      cause.forbidden("spec", "Pod running on node without support for resize"),
    ),
    ...lists.flatMap((list) => validateContainers(next, previous, list)),
    ...lists.flatMap((list) => validateRest(next, previous, list)),
  ];
  if (causes.length > 0) return causes;
  const others = (pod: Pod) => without(pod.spec, ...lists);
  return when(
    !meansSame(others(next), others(previous)),
    cause.forbidden("spec", "only cpu and memory resources are mutable"),
  );
}

function whyNever({ metadata, spec }: Pod): string | undefined {
  const { requests = {}, limits = {} } = spec.resources ?? {};
  if (Object.keys(requests).length + Object.keys(limits).length > 0)
    return "pods with pod-level resources cannot be resized";
  if (metadata.annotations?.[mirrorAnnotation] !== undefined) return "static pods cannot be resized";
  return spec.os?.name === "windows" ? "windows pods cannot be resized" : undefined;
}

/** An agent that can change what a running container gets tells of what it gets. */
function isSupported({ status }: Pod): boolean {
  const running = status?.containerStatuses?.find(({ state }) => state.running !== undefined);
  return running === undefined || running.resources !== undefined;
}

function validateContainers(next: Pod, previous: Pod, list: (typeof lists)[number]): readonly Cause[] {
  return (previous.spec[list] ?? []).flatMap((old, i) => {
    const container = next.spec[list]?.[i];
    const isFixed = list === "initContainers" && old.restartPolicy !== "Always";
    return container === undefined || isFixed
      ? []
      : validateContainer(container, old, `spec.${list}[${i}].resources`);
  });
}

function validateContainer(next: Container, previous: Container, field: string): readonly Cause[] {
  const { requests, limits } = next.resources ?? {};
  const was = previous.resources ?? {};
  const memoryPolicy = next.resizePolicy?.find(({ resourceName }) => resourceName === "memory");
  const restarts = memoryPolicy?.restartPolicy === "RestartContainer";
  const memory = { next: limits?.["memory"], was: was.limits?.["memory"] };
  const memoryField = `${field}.limits[memory]`;
  const unless = "unless resizePolicy is RestartContainer";
  return [
    ...when(
      isRemoved(requests, was.requests),
      cause.forbidden(`${field}.requests`, "resource requests cannot be removed"),
    ),
    ...when(
      isRemoved(limits, was.limits),
      cause.forbidden(`${field}.limits`, "resource limits cannot be removed"),
    ),
    ...(restarts || memory.next === undefined
      ? []
      : memory.was === undefined
        ? [cause.forbidden(memoryField, `memory limits cannot be added ${unless}`)]
        : when(
            compareAmounts(memory.next, memory.was) < 0,
            cause.forbidden(memoryField, `memory limits cannot be decreased ${unless}`),
          )),
  ];
}

const isRemoved = (next: ResourceList = {}, previous: ResourceList = {}): boolean =>
  Object.keys(previous).some((name) => next[name] === undefined);

/** Everything else about the containers is as it was. */
function validateRest(next: Pod, previous: Pod, list: (typeof lists)[number]): readonly Cause[] {
  const [after, before] = [next.spec[list] ?? [], previous.spec[list] ?? []];
  if (after.length !== before.length)
    return [cause.forbidden(`spec.${list}`, "pod updates may not add or remove containers")];
  return after.flatMap((container, i) => {
    const old = before[i];
    if (old === undefined) return [];
    const isInit = list === "initContainers";
    const isFixed = isInit && old.restartPolicy !== "Always";
    const isSame = meansSame(isFixed ? container : withFixedAmountsOf(container, old), old);
    const why = isFixed
      ? "resources for non-sidecar init containers are immutable"
      : isInit
        ? "only cpu and memory resources for sidecar containers are mutable"
        : "only cpu and memory resources are mutable";
    return when(!isSame, cause.forbidden("spec", why));
  });
}

/** The container with cpu and memory as `previous` has them. */
function withFixedAmountsOf(container: Container, previous: Container): Container {
  const fixed = (next: ResourceList = {}, old: ResourceList = {}): ResourceList => ({
    ...without(next, ...resizable),
    ...Object.fromEntries(Object.entries(old).filter(([name]) => resizable.includes(name))),
  });
  const { resources = {} } = container;
  return {
    ...container,
    ...(previous.resizePolicy === undefined ? {} : { resizePolicy: previous.resizePolicy }),
    resources: {
      ...resources,
      limits: fixed(resources.limits, previous.resources?.limits),
      requests: fixed(resources.requests, previous.resources?.requests),
    },
  };
}

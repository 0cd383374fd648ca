/**
 * LimitRanger: gives containers of a namespace what its limit ranges say by default, and refuses what asks for more or
 * less than they allow.
 */
import type { LimitRange, LimitRangeItem } from "@kubus/shared/api/core.ts";
import type { Container, Pod, ResourceList } from "@kubus/shared/api/pod.ts";
import type { PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import type { Admitter, AdmissionWorld, Attempt, Mutator } from "../admission.ts";
import { amountsOf, podAmounts, type Amounts } from "./amounts.ts";
import { aggregate, concerns, listed, refused } from "./concerns.ts";
import { checkMax, checkMin, checkRatio, checkRequestMax } from "./limit-checks.ts";

const annotation = "kubernetes.io/limit-ranger";

const rangesOf = ({ namespace }: Attempt, world: AdmissionWorld): readonly LimitRange[] =>
  listed<LimitRange>(world, "v1", "LimitRange", namespace);

/** Containers of a pod cannot be added later, so only a creation counts. */
const isNewPod = (attempt: Attempt): boolean =>
  attempt.operation === "create" && concerns(attempt, "", "Pod");

export const limitRangerDefaults: Mutator = (attempt, world) => {
  if (!isNewPod(attempt)) return attempt.object;
  return rangesOf(attempt, world).reduce((pod, range) => withDefaults(pod, range), attempt.object as Pod);
};

export const limitRanger: Admitter = (attempt, world): void => {
  const isClaim = concerns(attempt, "", "PersistentVolumeClaim") && attempt.operation !== "delete";
  if (!isClaim && !isNewPod(attempt)) return;
  for (const { spec } of rangesOf(attempt, world)) {
    const errors = spec.limits.flatMap((item) =>
      isClaim
        ? checkClaim(attempt.object as PersistentVolumeClaim, item)
        : checkPod(attempt.object as Pod, item),
    );
    if (errors.length > 0) throw refused(attempt, aggregate(errors));
  }
};

function withDefaults(pod: Pod, { spec }: LimitRange): Pod {
  const ofContainers = spec.limits.filter(({ type }) => type === "Container");
  const limits = Object.assign({}, ...ofContainers.map((item) => item.default ?? {})) as ResourceList;
  const requests = Object.assign(
    {},
    ...ofContainers.map((item) => item.defaultRequest ?? {}),
  ) as ResourceList;
  const notes: string[] = [];
  const fill = (what: string) => (container: Container) => {
    const filled = filledContainer(container, { requests, limits });
    notes.push(...filled.notes.map((note) => `${note} for ${what} ${container.name}`));
    return filled.container;
  };
  const containers = pod.spec.containers.map(fill("container"));
  const initContainers = pod.spec.initContainers?.map(fill("init container"));
  if (notes.length === 0) return pod;
  const annotations = {
    ...pod.metadata.annotations,
    [annotation]: `LimitRanger plugin set: ${notes.join("; ")}`,
  };
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations },
    spec: { ...pod.spec, containers, ...(initContainers === undefined ? {} : { initContainers }) },
  };
}

function filledContainer(
  container: Container,
  defaults: { readonly requests: ResourceList; readonly limits: ResourceList },
) {
  const notes: string[] = [];
  let resources = container.resources ?? {};
  for (const [which, word] of [
    ["requests", "request"],
    ["limits", "limit"],
  ] as const) {
    const own = resources[which] ?? {};
    const missing = Object.keys(defaults[which])
      .filter((name) => own[name] === undefined)
      .sort();
    if (missing.length === 0) continue;
    resources = { ...resources, [which]: { ...defaults[which], ...own } };
    notes.push(`${missing.join(", ")} ${word}`);
  }
  return { container: notes.length === 0 ? container : { ...container, resources }, notes };
}

function checkPod({ spec }: Pod, item: LimitRangeItem): readonly string[] {
  const check = (requests: Amounts, limits: Amounts) => [
    ...checkMin(item, requests, limits),
    ...checkMax(item, requests, limits),
    ...checkRatio(item, requests, limits),
  ];
  if (item.type === "Pod")
    return check(podAmounts(spec, "requests", false), podAmounts(spec, "limits", false));
  if (item.type !== "Container") return [];
  return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
    check(amountsOf(resources?.requests), amountsOf(resources?.limits)),
  );
}

function checkClaim({ spec }: PersistentVolumeClaim, item: LimitRangeItem): readonly string[] {
  if (item.type !== "PersistentVolumeClaim") return [];
  const requests = amountsOf(spec.resources?.requests);
  return [...checkMin(item, requests, {}), ...checkRequestMax(item, requests)];
}

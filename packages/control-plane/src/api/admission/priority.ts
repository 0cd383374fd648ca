/** Priority: pods carry the number of their class, which nobody but the class may say. */
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { PriorityClass } from "@kubus/shared/api/scheduling.ts";
import type { AdmissionWorld, Admitter, Attempt, Mutator } from "../admission.ts";
import { concerns, found, listed, refused } from "./concerns.ts";

type Rank = Pick<PriorityClass, "value" | "preemptionPolicy">;

/** Classes of the system itself; they count also while nobody has written them down. */
const systemClasses: Readonly<Record<string, Rank>> = {
  "system-cluster-critical": { value: 2_000_000_000 },
  "system-node-critical": { value: 2_000_001_000 },
};

const version = "scheduling.k8s.io/v1";
const preempts = "PreemptLowerPriority";

export const priority: Mutator = (attempt, world) => {
  if (!concerns(attempt, "", "Pod")) return attempt.object;
  const pod = attempt.object as Pod;
  return attempt.operation === "create" ? ranked(attempt, pod, world) : kept(pod, attempt.previous as Pod);
};

function ranked(attempt: Attempt, pod: Pod, world: AdmissionWorld): Pod {
  const { name, rank } = classOf(attempt, pod, world);
  const { value = 0, preemptionPolicy = preempts } = rank;
  const { priority: given, preemptionPolicy: givenPolicy } = pod.spec;
  if (given !== undefined && given !== value)
    throw refused(
      attempt,
      `the integer value of priority (${given}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  if (givenPolicy !== undefined && givenPolicy !== preemptionPolicy)
    throw refused(
      attempt,
      `the string value of PreemptionPolicy (${givenPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`,
    );
  const named = name === "" ? {} : { priorityClassName: name };
  return { ...pod, spec: { ...pod.spec, ...named, priority: value, preemptionPolicy } };
}

function classOf(attempt: Attempt, { spec }: Pod, world: AdmissionWorld) {
  const { priorityClassName: name = "" } = spec;
  if (name === "") {
    const byDefault = defaultClass(world);
    return { name: byDefault?.metadata.name ?? "", rank: byDefault ?? {} };
  }
  const rank = found<PriorityClass>(world, version, "PriorityClass", { name }) ?? systemClasses[name];
  if (rank === undefined) throw refused(attempt, `no PriorityClass with name ${name} was found`);
  return { name, rank };
}

/** Of several defaults the lowest counts, as in Kubernetes. */
const defaultClass = (world: AdmissionWorld): PriorityClass | undefined =>
  listed<PriorityClass>(world, version, "PriorityClass")
    .filter(({ globalDefault }) => globalDefault === true)
    .sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];

/** Clients that do not know the fields may leave them out of what they write back. */
function kept(pod: Pod, previous: Pod): Pod {
  const { priority, preemptionPolicy } = previous.spec;
  return {
    ...pod,
    spec: {
      ...(priority === undefined ? {} : { priority }),
      ...(preemptionPolicy === undefined ? {} : { preemptionPolicy }),
      ...pod.spec,
    },
  };
}

/** At most one class is the default. */
export const priorityClass: Admitter = (attempt, world): void => {
  if (attempt.operation === "delete" || !concerns(attempt, "scheduling.k8s.io", "PriorityClass")) return;
  if ((attempt.object as PriorityClass).globalDefault !== true) return;
  const other = defaultClass(world)?.metadata.name;
  if (other === undefined || other === attempt.name) return;
  throw refused(attempt, `PriorityClass ${other} is already marked as default. Only one default can exist`);
};

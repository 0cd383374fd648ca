/**
 * A ControllerRevision: what a template once was, in the form in which `kubectl rollout history` and `undo` read it.
 * Pure.
 *
 * The data is a strategic merge patch that replaces the whole template. Its keys are in order and it says
 * `creationTimestamp: null`, as Go does, so that kubectl finds the template that is in force already.
 */
import type { KubeObject, LabelSelector } from "@kubus/shared/api/meta.ts";
import type { PodTemplateSpec } from "@kubus/shared/api/pod.ts";
import type { ControllerRevision } from "@kubus/shared/api/workload.ts";
import type { Draft } from "../../api/objects.ts";
import { templateHash } from "../deployment/template.ts";
import { ownerReference } from "../workload/ownership.ts";

/** A StatefulSet or a DaemonSet. */
export interface RevisionOwner extends KubeObject {
  readonly spec: {
    readonly selector: LabelSelector;
    readonly template: PodTemplateSpec;
    readonly revisionHistoryLimit?: number;
  };
  readonly status?: { readonly collisionCount?: number };
}

/** The label of a pod that says which revision it runs. */
export const podRevisionLabel = "controller-revision-hash";

/** The label of a revision that holds the hash in its name. */
export type HashLabel = "controller.kubernetes.io/hash" | typeof podRevisionLabel;

/** Room for a hash within the 253 characters of a name. */
const prefixLengthMax = 223;

export const dataOf = (template: PodTemplateSpec): unknown =>
  sorted({
    spec: {
      template: {
        ...template,
        metadata: { creationTimestamp: null, ...template.metadata },
        $patch: "replace",
      },
    },
  });

/** The template that a revision holds, or undefined for one that holds something else. */
export function templateIn({ data }: ControllerRevision): PodTemplateSpec | undefined {
  const { spec } = (data ?? {}) as { readonly spec?: { readonly template?: PodTemplateSpec } };
  if (spec?.template === undefined) return undefined;
  const said: Readonly<Record<string, unknown>> = spec.template.metadata ?? {};
  const metadata = Object.entries(said).filter(([, value]) => value !== null);
  return { metadata: Object.fromEntries(metadata), spec: spec.template.spec };
}

/** The name of the revision of the owner's present template; `collisions` changes it when another has it. */
export function revisionName({ metadata, spec, status }: RevisionOwner): string {
  return `${metadata.name.slice(0, prefixLengthMax)}-${templateHash(spec.template, status?.collisionCount)}`;
}

/** The revision of the owner's present template, number `revision` in its history. */
export function newRevision(
  owner: RevisionOwner,
  revision: number,
  hashLabel: HashLabel,
): Draft<ControllerRevision> {
  const { metadata, spec, status } = owner;
  return {
    metadata: {
      name: revisionName(owner),
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels: {
        ...spec.template.metadata?.labels,
        [hashLabel]: templateHash(spec.template, status?.collisionCount),
      },
      ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ownerReferences: [ownerReference(owner)],
    },
    data: dataOf(spec.template),
    revision,
  };
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}

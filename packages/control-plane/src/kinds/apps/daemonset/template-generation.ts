/**
 * How often the template of a daemon set changed, counted in an annotation since apps/v1 has no field for it. Pure.
 *
 * Clients do not set it: it is 1 for a new one, and one more with each change of the template.
 */
import { isDeepStrictEqual } from "node:util";
import type { DaemonSet } from "@kubus/shared/api/workload.ts";
import { setDaemonSetDefaults } from "./defaults.ts";

export const templateGenerationAnnotation = "deprecated.daemonset.template.generation";

export function templateGenerationOf({ metadata }: DaemonSet): number | undefined {
  const text = metadata.annotations?.[templateGenerationAnnotation];
  const count = Number(text);
  return text !== undefined && Number.isSafeInteger(count) ? count : undefined;
}

export const withTemplateGeneration = (daemonSet: DaemonSet, count: number): DaemonSet => ({
  ...daemonSet,
  metadata: {
    ...daemonSet.metadata,
    annotations: { ...daemonSet.metadata.annotations, [templateGenerationAnnotation]: String(count) },
  },
});

export const countFirstTemplate = (daemonSet: DaemonSet): DaemonSet =>
  withTemplateGeneration(daemonSet, Math.max(templateGenerationOf(daemonSet) ?? 1, 1));

export function countTemplate(next: DaemonSet, previous: DaemonSet): DaemonSet {
  const count = templateGenerationOf(previous) ?? 1;
  const isSame = isDeepStrictEqual(setDaemonSetDefaults(next).spec.template, previous.spec.template);
  return withTemplateGeneration(next, isSame ? count : count + 1);
}

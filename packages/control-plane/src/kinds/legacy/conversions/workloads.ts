/**
 * Old versions of the kinds of apps: a selector that is left out is made of the template's labels, and what else is
 * left out means what it meant then. Pure.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { DaemonSet } from "@kubus/shared/api/workload.ts";
import { withDefaults } from "../../../api/defaults.ts";
import {
  templateGenerationAnnotation,
  templateGenerationOf,
  withTemplateGeneration,
} from "../../apps/daemonset/template-generation.ts";
import type { Conversion } from "../../other-version.ts";
import { changed, fieldsIn, inSpec, isFields, omit, type Fields, type Loose } from "../fields.ts";

/** For ever, in Go. */
const int32Max = 2_147_483_647;

/** Labels of the template stand in for a selector and for labels of its own. */
export const withTemplateLabels: Conversion = (object) => {
  const { metadata, spec } = object as Loose;
  const { labels } = fieldsIn(fieldsIn(spec, "template"), "metadata");
  if (!isFields(labels)) return object;
  const own = Object.keys(metadata.labels ?? {}).length === 0 ? { labels } : {};
  return {
    ...object,
    metadata: { ...metadata, ...own },
    spec: withDefaults(spec ?? {}, { selector: { matchLabels: labels } }),
  } as KubeObject;
};

const filled = (defaults: Fields) => inSpec((spec) => withDefaults(spec, defaults));

/** A strategy that says no type, or this one, moves one pod at a time. */
const oneByOne = (spec: Fields): Fields => {
  const strategy = fieldsIn(spec, "strategy");
  if ((strategy["type"] ?? "RollingUpdate") !== "RollingUpdate") return spec;
  const rollingUpdate = withDefaults(fieldsIn(strategy, "rollingUpdate"), {
    maxSurge: 1,
    maxUnavailable: 1,
  });
  return { ...spec, strategy: { ...strategy, type: "RollingUpdate", rollingUpdate } };
};

const withoutRollback = inSpec((spec) => omit(spec, "rollbackTo"));

export const readExtensionsDeployment: Conversion = (deployment) =>
  filled({ progressDeadlineSeconds: int32Max, revisionHistoryLimit: int32Max })(
    inSpec(oneByOne)(withoutRollback(withTemplateLabels(deployment))),
  );

export const readFirstDeployment: Conversion = (deployment) =>
  filled({ revisionHistoryLimit: 2 })(withoutRollback(withTemplateLabels(deployment)));

/** Pods were replaced only when somebody deleted them. */
const onDelete = inSpec((spec) => ({
  ...spec,
  updateStrategy: withDefaults(fieldsIn(spec, "updateStrategy"), { type: "OnDelete" }),
}));

/** With the partition that was said nowhere. */
const fromTheFirst = inSpec((spec) =>
  changed(spec, "updateStrategy", (strategy) =>
    strategy["type"] === "RollingUpdate"
      ? { ...strategy, rollingUpdate: withDefaults(fieldsIn(strategy, "rollingUpdate"), { partition: 0 }) }
      : strategy,
  ),
);

export const readFirstStatefulSet: Conversion = (statefulSet) =>
  fromTheFirst(onDelete(withTemplateLabels(statefulSet)));

export const readExtensionsDaemonSet: Conversion = (daemonSet) => {
  const { templateGeneration } = (daemonSet as Loose).spec ?? {};
  const told = onDelete(withTemplateLabels(inSpec((spec) => omit(spec, "templateGeneration"))(daemonSet)));
  return typeof templateGeneration === "number"
    ? withTemplateGeneration(told as DaemonSet, templateGeneration)
    : told;
};

/** The count was a field before it was an annotation. */
export const writeExtensionsDaemonSet: Conversion = (daemonSet) => {
  const templateGeneration = templateGenerationOf(daemonSet as DaemonSet);
  if (templateGeneration === undefined) return daemonSet;
  const { annotations = {}, ...metadata } = daemonSet.metadata;
  const others = omit(annotations, templateGenerationAnnotation);
  return {
    ...daemonSet,
    metadata: { ...metadata, ...(Object.keys(others).length === 0 ? {} : { annotations: others }) },
    spec: { ...(daemonSet as Loose).spec, templateGeneration },
  } as KubeObject;
};

/**
 * A job finds its pods by its own uid: selector and labels are made up at its creation, unless the user wants to
 * select by hand. Pure.
 */
import type { Job } from "@kubus/shared/api/batch.ts";
import type { LabelSelector } from "@kubus/shared/api/meta.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { labelQueryOf, matchesLabels } from "../../../api/selectors.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { when } from "../../rules.ts";

const uidLabel = "batch.kubernetes.io/controller-uid";
const nameLabel = "batch.kubernetes.io/job-name";

/** With their names of old, which pods still carry. */
const ownLabels = ({ uid = "", name = "" }: Received<Job["metadata"]>): Readonly<Record<string, string>> => ({
  "controller-uid": uid,
  "job-name": name,
  [uidLabel]: uid,
  [nameLabel]: name,
});

export function withSelector(job: Job): Job {
  const { metadata, spec } = job;
  if (spec.manualSelector === true) return job;
  const { template, selector } = spec;
  const given = template.metadata?.labels;
  const labels = { ...ownLabels(metadata), ...given };
  return {
    ...job,
    // Labels that were taken from the template are the template's also from now on.
    metadata: given !== undefined && metadata.labels === given ? { ...metadata, labels } : metadata,
    spec: {
      ...spec,
      selector: { ...selector, matchLabels: { [uidLabel]: metadata.uid, ...selector?.matchLabels } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

/** What users said of the labels must not contradict what was made up. */
export function validateOwnSelector({ metadata = {}, spec = {} }: Received<Job>): readonly Cause[] {
  const { manualSelector, selector, template } = spec;
  if (manualSelector === true || selector === undefined) return [];
  const labels = template?.metadata?.labels ?? {};
  const own = ownLabels(metadata);
  return [
    ...when((metadata.uid ?? "") === "", cause.required("metadata.uid")),
    ...Object.entries(own).flatMap((wanted) => validateLabel(labels, wanted)),
    ...when(
      !matchesLabels(labelQueryOf(selector as LabelSelector), own),
      cause.invalid("spec.selector", selector, "`selector` not auto-generated"),
    ),
  ];
}

function validateLabel(
  labels: Received<Readonly<Record<string, string>>>,
  [key, value]: readonly [string, string],
): readonly Cause[] {
  if (labels[key] === value) return [];
  const field = `spec.template.metadata.labels[${key}]`;
  const detail = `must be '${value}'`;
  return [labels[key] === undefined ? cause.required(field, detail) : cause.invalid(field, labels, detail)];
}

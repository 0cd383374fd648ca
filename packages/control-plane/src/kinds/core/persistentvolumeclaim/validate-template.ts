/** The rules of a claim that a pod makes for itself (core validation). Pure. */
import type { ObjectMeta } from "@kubus/shared/api/meta.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import { validateAnnotations, validateLabels } from "../../metadata/validate.ts";
import type { Received } from "../../received.ts";
import { isThere, partOf, type Source } from "../volumes/one-source.ts";
import { validateClaimSpec } from "./validate.ts";

export function validateClaimTemplate(template: Source, field: string): readonly Cause[] {
  const metadata = (partOf(template, "metadata") ?? {}) as Received<ObjectMeta>;
  const { labels, annotations, ...others } = metadata;
  const extra = Object.entries(others).filter(([, value]) => isThere(value));
  return [
    ...validateAnnotations(annotations, `${field}.metadata.annotations`),
    ...validateLabels(labels, `${field}.metadata.labels`),
    ...extra.map(([name]) => cause.forbidden(`${field}.metadata.${name}`, "cannot be set")),
    ...validateClaimSpec(partOf(template, "spec") ?? {}, `${field}.spec`),
  ];
}

/** What a manager is told whose apply would change the fields of others. Pure. */
import { Refusal, type Cause } from "@kubus/shared/errors/codes.ts";
import type { Conflict } from "./apply.ts";
import type { ManagedFieldsEntry } from "./entry.ts";
import { pathsOf } from "./field-set.ts";
import { pathText } from "./path-element.ts";

/** 409, with a cause for every field. */
export function applyConflict(conflicts: readonly Conflict[]): Refusal {
  const causes = conflicts.flatMap(({ entry, fields }) =>
    [...pathsOf(fields)].map((path): Cause => ({
      reason: "FieldManagerConflict",
      message: `conflict with ${managerText(entry)}`,
      field: pathText(path),
    })),
  );
  return new Refusal("conflict", messageOf(causes), { causes });
}

function messageOf(causes: readonly Cause[]): string {
  const [first, ...more] = causes;
  if (first !== undefined && more.length === 0)
    return `Apply failed with 1 conflict: ${first.message}: ${first.field}`;
  const grouped = Map.groupBy(causes, ({ message }) => message);
  const lines = [...grouped]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([message, own]) => [
      `${message.replace(/^conflict/, "conflicts")}:`,
      ...own.map(({ field }) => `- ${field}`),
    ]);
  return `Apply failed with ${causes.length} conflicts: ${lines.join("\n")}`;
}

/** `"kubectl-client-side-apply" using apps/v1`. */
function managerText({ manager = "", operation, apiVersion, subresource }: ManagedFieldsEntry): string {
  const name = JSON.stringify(manager);
  const who = subresource === undefined ? name : `${name} with subresource ${JSON.stringify(subresource)}`;
  return operation === "Apply" ? who : `${who} using ${apiVersion}`;
}

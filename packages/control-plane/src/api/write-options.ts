/** How a write is to be done: CreateOptions, UpdateOptions and PatchOptions, which all come in the query. */
import type { Cause } from "@kubus/shared/errors/codes.ts";
import type { FieldValidation } from "../schema/strict.ts";
import { cause } from "../kinds/causes.ts";
import type { Call } from "./call.ts";
import { fieldManagerProblem } from "./managed-fields/entry.ts";
import { parseMediaType } from "./media-type.ts";
import { isTrue } from "./query.ts";
import { invalid } from "./refusals.ts";

export interface WriteOptions {
  readonly fieldValidation: FieldValidation;
  /** Only an apply may take fields from others. */
  readonly force: boolean;
}

const fieldValidations: readonly FieldValidation[] = ["Ignore", "Strict", "Warn"];

const optionKinds: Readonly<Partial<Record<Call["verb"], string>>> = {
  create: "CreateOptions",
  patch: "PatchOptions",
  update: "UpdateOptions",
};

export const applyType = "application/apply-patch+yaml";

/** Whether a call is a server-side apply. */
export const isApply = ({ verb, request }: Pick<Call, "verb" | "request">): boolean =>
  verb === "patch" && parseMediaType(request.headers["content-type"] ?? "").type === applyType;

/** Rejects with `invalid`. */
export function writeOptionsOf(call: Pick<Call, "request" | "verb">): WriteOptions {
  const { verb, request } = call;
  const { query } = request;
  const isApplied = isApply(call);
  const manager = query.get("fieldManager") ?? "";
  const force = query.get("force");
  const asked = query.get("fieldValidation") ?? "";
  const fieldValidation = fieldValidations.find((word) => word === asked);
  const causes: readonly Cause[] = [
    ...(isApplied && manager === "" ? [cause.required("fieldManager", "is required for apply patch")] : []),
    ...(!isApplied && verb === "patch" && force !== null
      ? [cause.forbidden("force", "may not be specified for non-apply patch")]
      : []),
    ...managerCauses(manager),
    ...(asked !== "" && fieldValidation === undefined
      ? [cause.notSupported("fieldValidation", asked, fieldValidations)]
      : []),
  ];
  if (causes.length > 0)
    throw invalid({ group: "meta.k8s.io", kind: optionKinds[verb] ?? "Options" }, "", causes);
  return { fieldValidation: fieldValidation ?? "Warn", force: isTrue(force) };
}

function managerCauses(manager: string): readonly Cause[] {
  const message = fieldManagerProblem(manager);
  if (message === undefined) return [];
  const reason = message.startsWith("Too long") ? "FieldValueTooLong" : "FieldValueInvalid";
  return [{ reason, field: "fieldManager", message }];
}

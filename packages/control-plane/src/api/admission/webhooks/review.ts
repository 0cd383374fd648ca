/** AdmissionReview: what a webhook is asked, and how its answer is read (admission.k8s.io/v1). Pure. */
import type { ValidatingWebhook } from "@kubus/shared/api/admissionregistration.ts";
import type { Kind } from "../../../kinds/kind.ts";
import type { User } from "../../request.ts";
import { shownAs, type Presented } from "./presented.ts";

const group = "admission.k8s.io";
const understood = ["v1", "v1beta1"];

/** The newest version that both sides speak. */
export const reviewVersion = ({ admissionReviewVersions: versions }: ValidatingWebhook): string | undefined =>
  versions.find((version) => understood.includes(version));

const optionsKinds = {
  CREATE: "CreateOptions",
  UPDATE: "UpdateOptions",
  DELETE: "DeleteOptions",
  CONNECT: undefined,
} as const;

export const userInfo = ({ name, uid, groups, extra }: User) => ({
  username: name,
  ...(uid === undefined ? {} : { uid }),
  groups,
  ...(extra === undefined || Object.keys(extra).length === 0 ? {} : { extra }),
});

/** The `request` of a review, also what expressions call `request`. */
export function requestOf(whole: Presented, row: Kind) {
  const { attempt, asked, subresource, namespace, name, operation, body } = whole;
  const kindOf = ({ group: own, version, kind }: Kind) => body ?? { group: own, version, kind };
  const resourceOf = ({ group: own, version, plural }: Kind) => ({ group: own, version, resource: plural });
  const optionsKind = optionsKinds[operation];
  const sub = (key: string) => (subresource === "" ? {} : { [key]: subresource });
  return {
    kind: kindOf(row),
    resource: resourceOf(row),
    ...sub("subResource"),
    requestKind: kindOf(asked),
    requestResource: resourceOf(asked),
    ...sub("requestSubResource"),
    name,
    ...(namespace === "" ? {} : { namespace }),
    operation,
    userInfo: userInfo(attempt.user),
    dryRun: attempt.dryRun,
    options:
      optionsKind === undefined
        ? null
        : {
            kind: optionsKind,
            apiVersion: "meta.k8s.io/v1",
            ...(attempt.dryRun ? { dryRun: ["All"] } : {}),
          },
  };
}

export const reviewOf = (
  whole: Presented,
  row: Kind,
  { version, uid }: { version: string; uid: string },
) => ({
  kind: "AdmissionReview",
  apiVersion: `${group}/${version}`,
  request: {
    uid,
    ...requestOf(whole, row),
    object: shownAs(row, whole, whole.object) ?? null,
    oldObject: shownAs(row, whole, whole.previous) ?? null,
  },
});

export interface Verdict {
  readonly isAllowed: boolean;
  readonly patch: unknown;
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
  readonly status: {
    readonly message?: string;
    readonly reason?: string;
    readonly code?: number;
  };
}

interface Received {
  readonly kind?: unknown;
  readonly apiVersion?: unknown;
  readonly response?: {
    readonly uid?: unknown;
    readonly allowed?: unknown;
    readonly status?: Verdict["status"] | null;
    readonly patch?: unknown;
    readonly patchType?: unknown;
    readonly auditAnnotations?: Readonly<Record<string, string>> | null;
    readonly warnings?: readonly string[] | null;
  } | null;
}

/** Throws an Error that says what is wrong with the answer. */
export function verdictIn(
  body: Uint8Array,
  { version, uid, mayPatch }: { readonly version: string; readonly uid: string; readonly mayPatch: boolean },
): Verdict {
  const { kind, apiVersion, response } = parsed(body);
  const expected = `${group}/${version}`;
  if (kind !== "AdmissionReview" || apiVersion !== expected)
    throw new Error(
      `expected webhook response of ${expected}, Kind=AdmissionReview, got ${String(apiVersion)}, Kind=${String(kind)}`,
    );
  if (response === undefined || response === null) throw new Error("webhook response was absent");
  if (response.uid !== uid)
    throw new Error(
      `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? "")}`,
    );
  const patch = patchIn(response, mayPatch);
  return {
    isAllowed: response.allowed === true,
    patch,
    warnings: response.warnings ?? [],
    auditAnnotations: response.auditAnnotations ?? {},
    status: response.status ?? {},
  };
}

function parsed(body: Uint8Array): Received {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Told of below: whatever it is, it is no review.
  }
  throw new Error("couldn't get version/kind; json parse error");
}

function patchIn({ patch, patchType }: NonNullable<Received["response"]>, mayPatch: boolean): unknown {
  const hasPatch = typeof patch === "string" && patch !== "";
  if (!mayPatch) {
    if (hasPatch) throw new Error("validating webhook may not return response.patch");
    if (patchType !== undefined && patchType !== null)
      throw new Error("validating webhook may not return response.patchType");
    return undefined;
  }
  if (!hasPatch) {
    if (patchType !== undefined && patchType !== null)
      throw new Error("webhook returned response.patchType but not response.patch");
    return undefined;
  }
  if (patchType === undefined || patchType === null)
    throw new Error("webhook returned response.patch but not response.patchType");
  if (patchType !== "JSONPatch")
    throw new Error(`invalid webhook response.patchType of ${JSON.stringify(patchType)}, want "JSONPatch"`);
  return JSON.parse(Buffer.from(patch, "base64").toString("utf8")) as unknown;
}

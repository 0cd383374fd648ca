/** Where a watch begins and what it shows, read from its query. Pure but for the store's reading of revisions. */
import { Refusal } from "@kubus/shared/errors/codes.ts";
import type { Kind } from "../../kinds/kind.ts";
import type { Revision, Store } from "../../store/store.ts";
import { isTrue } from "../query.ts";
import { badRequest, invalid } from "../refusals.ts";

export interface WatchOptions {
  /** Undefined: from now on. */
  readonly from: Revision | undefined;
  /** Whether the present state comes first, as if it was being added. */
  readonly startsWithState: boolean;
  /** Whether a bookmark tells where the present state ends. */
  readonly marksEndOfState: boolean;
  readonly allowsBookmarks: boolean;
  readonly timeoutMs: number | undefined;
}

export function watchOptions(query: URLSearchParams, store: Store): WatchOptions {
  const resourceVersion = query.get("resourceVersion") ?? "";
  const match = query.get("resourceVersionMatch") ?? "";
  const initial = query.get("sendInitialEvents");
  const allowsBookmarks = isTrue(query.get("allowWatchBookmarks"));
  checkInitialEvents(match, initial);
  const wantsState = initial === null ? isFromNow(resourceVersion) : isTrue(initial);
  return {
    from: isFromNow(resourceVersion) ? undefined : revisionOf(store, resourceVersion),
    startsWithState: wantsState,
    marksEndOfState: initial !== null && isTrue(initial) && allowsBookmarks,
    allowsBookmarks,
    timeoutMs: timeoutOf(query.get("timeoutSeconds")),
  };
}

const isFromNow = (resourceVersion: string) => resourceVersion === "" || resourceVersion === "0";

/** The revision that a client names. Refuses what this store never gave out. */
export function revisionOf(store: Store, resourceVersion: string): Revision {
  const revision = store.parseRevision(resourceVersion);
  if (revision !== undefined) return revision;
  // A version of an earlier life of the store is a number like any other: too old.
  if (/^\d+$/.test(resourceVersion))
    throw new Refusal("expired", `too old resource version: ${resourceVersion}`);
  throw badRequest(
    `Invalid value: "${resourceVersion}": strconv.ParseUint: parsing "${resourceVersion}": invalid syntax`,
  );
}

/** Kubernetes' rules for the two options that belong together. */
function checkInitialEvents(match: string, initial: string | null): void {
  const refuse = (field: string, message: string) =>
    invalid(listOptions, "", [{ reason: "FieldValueForbidden", field, message: `Forbidden: ${message}` }]);
  if (match !== "" && initial === null)
    throw refuse(
      "resourceVersionMatch",
      "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
    );
  if (initial !== null && match !== "NotOlderThan")
    throw refuse(
      "resourceVersionMatch",
      "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
    );
}

const listOptions: Pick<Kind, "group" | "kind"> = { group: "meta.k8s.io", kind: "ListOptions" };

function timeoutOf(seconds: string | null): number | undefined {
  if (seconds === null || seconds === "") return undefined;
  if (!/^\d{1,9}$/.test(seconds))
    throw badRequest(`timeoutSeconds must be a number of seconds, not "${seconds}"`);
  return seconds === "0" ? undefined : Number(seconds) * 1_000;
}

/** GET of a collection: what matches, in pages if asked for, all of one revision. */
import type { Act, Call } from "../call.ts";
import { storeOf, type ApiState } from "../ports.ts";
import { badRequest, expired, invalid } from "../refusals.ts";
import { answerList } from "../render.ts";
import { selectionOf } from "../selection.ts";
import { revisionOf } from "../watch/options.ts";
import { awaitRevision } from "../watch/watch.ts";
import { pageOf, parseToken, type Continuation } from "../pages.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";

export const list: Act = async (state, call) => {
  const { query } = call.request;
  const limit = limitOf(query.get("limit"));
  const token = query.get("continue") ?? "";
  const { resourceVersion, after } = token === "" ? await firstOf(state, call) : nextOf(call, token);
  const { matches } = selectionOf(call);
  const objects = (await listedAt(state, call, resourceVersion)).filter(matches);
  return answerList(state, call, pageOf({ resourceVersion, objects, after, limit }));
};

/** Everything that was there at a revision. Refuses with 410 when nobody remembers. */
async function listedAt(
  state: ApiState,
  { kind, namespace, request }: Call,
  resourceVersion: string,
): Promise<readonly KubeObject[]> {
  const { cache } = state;
  if (resourceVersion === cache.resourceVersion(kind)) return cache.list(kind, namespace);
  const revision = revisionOf(storeOf(state, kind), resourceVersion);
  await awaitRevision(state, { kind }, revision);
  const objects = cache.listAt(kind, revision, namespace);
  if (objects !== "gone") return objects;
  throw expired(
    request.query.has("continue")
      ? "The provided continue parameter is too old to display a consistent list result. " +
          "You can start a new list without the continue parameter."
      : `The provided resource version ${resourceVersion} is too old`,
  );
}

function nextOf(call: Call, token: string): Continuation {
  const { query } = call.request;
  if ((query.get("resourceVersionMatch") ?? "") !== "")
    throw listOption("resourceVersionMatch is forbidden when continue is provided");
  if (!["", "0"].includes(query.get("resourceVersion") ?? ""))
    throw badRequest("specifying resource version is not allowed when using continue");
  return parseToken(token);
}

/** The revision that a list without a token shows: the newest, unless an exact one is asked for. */
async function firstOf(
  state: ApiState,
  call: Call,
): Promise<{ readonly resourceVersion: string; readonly after?: undefined }> {
  const { kind, request } = call;
  const resourceVersion = request.query.get("resourceVersion") ?? "";
  const match = request.query.get("resourceVersionMatch") ?? "";
  checkMatch(match, resourceVersion);
  if (resourceVersion !== "" && resourceVersion !== "0") {
    await awaitRevision(state, call, revisionOf(storeOf(state, kind), resourceVersion));
    if (match === "Exact") return { resourceVersion };
  }
  return { resourceVersion: state.cache.resourceVersion(kind) };
}

function checkMatch(match: string, resourceVersion: string): void {
  if (match !== "" && resourceVersion === "")
    throw listOption("resourceVersionMatch is forbidden unless resourceVersion is provided");
  if (!["", "Exact", "NotOlderThan"].includes(match))
    throw listOption(`Unsupported value: "${match}": supported values: "Exact", "NotOlderThan"`);
  if (match === "Exact" && resourceVersion === "0")
    throw listOption('resourceVersionMatch "Exact" is forbidden for resourceVersion "0"');
}

const listOption = (message: string) =>
  invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", [
    { reason: "FieldValueForbidden", field: "resourceVersionMatch", message: `Forbidden: ${message}` },
  ]);

function limitOf(text: string | null): number {
  if (text === null || text === "") return 0;
  if (!/^\d{1,9}$/.test(text)) throw badRequest(`limit must be a number, not "${text}"`);
  return Number(text);
}

/** GET of a collection: what matches, in pages if asked for, all of one revision. */
import type { Act, Call } from "../call.ts";
import { storeOf, type ApiState } from "../ports.ts";
import { badRequest, expired, invalid } from "../refusals.ts";
import { answerList } from "../render.ts";
import { selectionOf } from "../selection.ts";
import { revisionOf } from "../watch/options.ts";
import { awaitRevision } from "../watch/watch.ts";
import type { Page } from "../pages.ts";

export const list: Act = async (state, call) => {
  const { query } = call.request;
  const limit = limitOf(query.get("limit"));
  const token = query.get("continue") ?? "";
  const page = token === "" ? await firstPage(state, call, limit) : nextPage(state, call, { token, limit });
  return answerList(state, call, page);
};

async function firstPage(state: ApiState, call: Call, limit: number): Promise<Page> {
  const { kind, namespace } = call;
  await awaitAskedRevision(state, call);
  const { matches } = selectionOf(call);
  const objects = state.cache.list(kind, namespace).filter(matches);
  const resourceVersion = state.cache.resourceVersion(kind);
  return state.pages.first({ question: questionOf(call), resourceVersion, objects }, limit);
}

function nextPage(state: ApiState, call: Call, at: { readonly token: string; readonly limit: number }): Page {
  const { query } = call.request;
  if ((query.get("resourceVersionMatch") ?? "") !== "")
    throw listOption("resourceVersionMatch is forbidden when continue is provided");
  if (!["", "0"].includes(query.get("resourceVersion") ?? ""))
    throw badRequest("specifying resource version is not allowed when using continue");
  return state.pages.next(at.token, questionOf(call), at.limit);
}

async function awaitAskedRevision(state: ApiState, call: Call): Promise<void> {
  const { query } = call.request;
  const resourceVersion = query.get("resourceVersion") ?? "";
  const match = query.get("resourceVersionMatch") ?? "";
  if (match !== "" && resourceVersion === "")
    throw listOption("resourceVersionMatch is forbidden unless resourceVersion is provided");
  if (!["", "Exact", "NotOlderThan"].includes(match))
    throw listOption(`Unsupported value: "${match}": supported values: "Exact", "NotOlderThan"`);
  if (match === "Exact" && resourceVersion === "0")
    throw listOption('resourceVersionMatch "Exact" is forbidden for resourceVersion "0"');
  if (resourceVersion === "" || resourceVersion === "0") return;
  const revision = revisionOf(storeOf(state, call.kind), resourceVersion);
  await awaitRevision(state, call, revision);
  // Only the present is kept as a whole; the past is in the ring, as changes.
  if (match === "Exact" && revision !== state.cache.revision(call.kind))
    throw expired(`The provided resource version ${resourceVersion} is too old`);
}

const listOption = (message: string) =>
  invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", [
    { reason: "FieldValueForbidden", field: "resourceVersionMatch", message: `Forbidden: ${message}` },
  ]);

/** What a page's token is good for. */
const questionOf = ({ request: { path, query } }: Call): string =>
  `${path}?${query.get("labelSelector") ?? ""}&${query.get("fieldSelector") ?? ""}`;

function limitOf(text: string | null): number {
  if (text === null || text === "") return 0;
  if (!/^\d{1,9}$/.test(text)) throw badRequest(`limit must be a number, not "${text}"`);
  return Number(text);
}

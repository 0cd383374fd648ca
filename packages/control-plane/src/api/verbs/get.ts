/** GET of one object, from the cache. */
import type { Act } from "../call.ts";
import { notFound } from "../refusals.ts";
import { awaitRevision } from "../watch/watch.ts";
import { revisionOf } from "../watch/options.ts";
import { storeOf } from "../ports.ts";
import { answer } from "../render.ts";

export const get: Act = async (state, call) => {
  const { kind, namespace, name = "", request } = call;
  const resourceVersion = request.query.get("resourceVersion") ?? "";
  if (resourceVersion !== "" && resourceVersion !== "0")
    await awaitRevision(state, call, revisionOf(storeOf(state, kind), resourceVersion));
  const object = state.cache.get(kind, namespace, name);
  if (object === undefined) throw notFound(kind, name);
  return answer(state, call, object);
};

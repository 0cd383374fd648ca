/** POST of an object to its collection. */
import { objectIn } from "../body.ts";
import { targetOf, type Act } from "../call.ts";
import { badRequest } from "../refusals.ts";
import { answer } from "../render.ts";
import { createObject } from "../write.ts";
import { noSuchMethod } from "../refusals.ts";

export const create: Act = async (state, call) => {
  const { kind, namespace } = call;
  if (kind.scope === "Namespaced" && namespace === undefined) throw noSuchMethod();
  const { object, warnings } = objectIn(call);
  if (isGiven(object.metadata.resourceVersion))
    throw badRequest("resourceVersion should not be set on objects to be created");
  const created = await createObject(state, targetOf(call), object);
  return answer(state, call, created, { status: 201, warnings });
};

/** Clients leave it out, or send it empty. */
const isGiven = (resourceVersion: string | undefined): boolean => (resourceVersion ?? "") !== "";

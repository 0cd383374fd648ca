/** Containers that are put into a running pod to look into it: they only ever come, and stay as they came. Pure. */
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { without } from "../../../api/without.ts";
import { cause } from "../../causes.ts";
import { meansSame } from "../semantic.ts";
import { mirrorAnnotation } from "./validate-annotations.ts";

const field = "spec.ephemeralContainers";

/** The pod as it was, with the ephemeral containers of the next one. */
export function withEphemeralContainers(next: Pod, previous: Pod): Pod {
  const { ephemeralContainers = [] } = next.spec;
  const spec = without(previous.spec, "ephemeralContainers");
  return { ...previous, spec: ephemeralContainers.length === 0 ? spec : { ...spec, ephemeralContainers } };
}

export function validateEphemeralContainers(next: Pod, previous: Pod): readonly Cause[] {
  if (previous.metadata.annotations?.[mirrorAnnotation] !== undefined)
    return [cause.forbidden("", "static pods do not support ephemeral containers")];
  return (previous.spec.ephemeralContainers ?? []).flatMap((old) => {
    const kept = next.spec.ephemeralContainers?.find(({ name }) => name === old.name);
    const what = `existing ephemeral containers ${JSON.stringify(old.name)}`;
    if (kept === undefined) return [cause.forbidden(field, `${what} may not be removed\n`)];
    return meansSame(kept, old) ? [] : [cause.forbidden(field, `${what} may not be changed\n`)];
  });
}

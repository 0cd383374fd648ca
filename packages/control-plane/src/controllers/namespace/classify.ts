/** What a look at a namespace came to. Pure. */
import type { Look } from "../engine/life.ts";
import { contentText, finalizerText } from "./conditions.ts";
import { isBeingEmptied, remainingIn, type NamespaceView } from "./deletion.ts";

export function classify(view: NamespaceView): Look | undefined {
  const { namespace } = view;
  if (namespace === undefined) return undefined;
  if (namespace.metadata.deletionTimestamp === undefined) return { type: "namespace.alive" };
  if (!isBeingEmptied(namespace)) {
    const holders = [...(namespace.metadata.finalizers ?? []), ...(namespace.spec?.finalizers ?? [])];
    return { type: "namespace.held", why: `held by ${holders.join(", ")}` };
  }
  const remaining = remainingIn(view);
  if (remaining.length === 0) return { type: "content.removed" };
  const why = contentText(remaining);
  if (remaining.some(({ kind }) => kind.kind === "Pod" && kind.group === ""))
    return { type: "pods.remain", why };
  const isHeld = remaining.every(({ objects }) =>
    objects.every(
      ({ metadata }) => metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length > 0,
    ),
  );
  return isHeld
    ? { type: "finalizers.remain", why: `${why}; ${finalizerText(remaining)}` }
    : { type: "content.remains", why };
}

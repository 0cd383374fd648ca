/** Draws the objects of one watch in the shape that its reader asked for. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Call } from "../call.ts";
import type { ApiState } from "../ports.ts";
import { apiVersionOf } from "../../kinds/kind-table.ts";
import { isAsStored, renderedObject, renderedTable } from "../render.ts";
import { lineOf, type EventType } from "./lines.ts";

export interface Painter {
  /** Objects are shown as they are: lines can be shared. */
  readonly isPlain: boolean;
  line(type: EventType, object: KubeObject): Uint8Array;
  bookmark(resourceVersion: string, annotations?: Readonly<Record<string, string>>): Uint8Array;
}

export function painterOf(state: ApiState, call: Call): Painter {
  const { shape } = call.shape();
  const bookmarkOf = (resourceVersion: string, annotations?: Readonly<Record<string, string>>) => ({
    kind: shape === "metadata" ? "PartialObjectMetadata" : call.served.kind,
    apiVersion: shape === "metadata" ? "meta.k8s.io/v1" : apiVersionOf(call.served),
    metadata: {
      resourceVersion,
      creationTimestamp: null,
      ...(annotations === undefined ? {} : { annotations }),
    },
  });
  if (shape !== "table") {
    return {
      isPlain: isAsStored(call),
      line: (type, object) => lineOf(type, renderedObject(call, object)),
      bookmark: (resourceVersion, annotations) =>
        lineOf("BOOKMARK", bookmarkOf(resourceVersion, annotations)),
    };
  }
  // kubectl reads the columns off the first table and does without them afterwards.
  let wantsColumns = true;
  const table = (objects: readonly KubeObject[], resourceVersion: string) => {
    const drawn = renderedTable(state, call, { objects, resourceVersion, wantsColumns });
    wantsColumns = false;
    return drawn;
  };
  return {
    isPlain: false,
    line: (type, object) => lineOf(type, table([object], object.metadata.resourceVersion)),
    bookmark: (resourceVersion, annotations) => {
      const drawn = table([], resourceVersion);
      return lineOf(
        "BOOKMARK",
        annotations === undefined ? drawn : { ...drawn, metadata: { resourceVersion, annotations } },
      );
    },
  };
}

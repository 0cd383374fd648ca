/** Objects as clients asked to see them: whole, as rows of a table, or their metadata only. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { apiVersionOf } from "../kinds/index.ts";
import { unsupportedOption, type Call } from "./call.ts";
import type { Page } from "./pages.ts";
import type { ApiPorts } from "./ports.ts";
import type { WholeResponse } from "./request.ts";
import { json, warningHeaders } from "./respond.ts";
import { tableOf, type IncludeObject } from "./table.ts";

export function answer(
  state: ApiPorts,
  call: Call,
  object: KubeObject,
  { status = 200, warnings = [] }: { readonly status?: number; readonly warnings?: readonly string[] } = {},
): WholeResponse {
  const { shape } = call.shape();
  const { resourceVersion } = object.metadata;
  const body =
    shape === "table"
      ? renderedTable(state, call, { objects: [object], resourceVersion })
      : renderedObject(call, object);
  return json(status, body, warningHeaders(warnings));
}

export function answerList(state: ApiPorts, call: Call, page: Page): WholeResponse {
  const { shape, version } = call.shape();
  if (shape === "table") return json(200, renderedTable(state, call, page));
  const isPartial = shape === "metadata";
  return json(200, {
    kind: isPartial ? "PartialObjectMetadataList" : `${call.kind.kind}List`,
    apiVersion: isPartial ? `meta.k8s.io/${version}` : apiVersionOf(call.kind),
    metadata: listMetadata(page),
    items: isPartial ? page.objects.map((object) => renderedObject(call, object)) : page.objects,
  });
}

/** One object in any shape but a table. */
export function renderedObject(call: Call, object: KubeObject): object {
  const { shape, version } = call.shape();
  return shape === "metadata"
    ? { kind: "PartialObjectMetadata", apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata }
    : object;
}

type Rows = Page & { readonly wantsColumns?: boolean };

export function renderedTable({ clock }: ApiPorts, call: Call, rows: Rows) {
  const { version } = call.shape();
  const includeObject = includedObject(call.request.query.get("includeObject"));
  const { columnDefinitions, ...table } = tableOf(call.kind, rows.objects, {
    includeObject,
    now: clock.now(),
  });
  return {
    ...table,
    apiVersion: `meta.k8s.io/${version}`,
    metadata: listMetadata(rows),
    ...(rows.wantsColumns === false ? {} : { columnDefinitions }),
  };
}

const listMetadata = ({ resourceVersion, continueToken, remaining }: Page) => ({
  resourceVersion,
  ...(continueToken === undefined ? {} : { continue: continueToken, remainingItemCount: remaining }),
});

const includeObjects: readonly IncludeObject[] = ["None", "Metadata", "Object"];

function includedObject(asked: string | null): IncludeObject {
  if (asked === null || asked === "") return "Metadata";
  const known = includeObjects.find((word) => word === asked);
  if (known === undefined) throw unsupportedOption("includeObject", asked, includeObjects);
  return known;
}

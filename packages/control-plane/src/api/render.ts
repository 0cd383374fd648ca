/** Objects as clients asked to see them: whole, as rows of a table, or their metadata only. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { apiVersionOf } from "../kinds/kind-table.ts";
import { fromStored } from "../kinds/versions.ts";
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
  return json(status, body, warningHeaders([...toldOf(call), ...warnings]));
}

export function answerList(state: ApiPorts, call: Call, page: Page): WholeResponse {
  const { shape, version } = call.shape();
  if (shape === "table") return json(200, renderedTable(state, call, page), warningHeaders(toldOf(call)));
  const isPartial = shape === "metadata";
  const list = {
    kind: isPartial ? "PartialObjectMetadataList" : `${call.served.kind}List`,
    apiVersion: isPartial ? `meta.k8s.io/${version}` : apiVersionOf(call.served),
    metadata: listMetadata(page),
    items: isAsStored(call) ? page.objects : page.objects.map((object) => renderedObject(call, object)),
  };
  return json(200, list, warningHeaders(toldOf(call)));
}

/** What the row and those who looked at the call have to say. */
const toldOf = ({ served: { deprecation }, warnings }: Call): readonly string[] =>
  deprecation === undefined ? warnings : [deprecation, ...warnings];

/** One object in any shape but a table. */
export function renderedObject(call: Call, object: KubeObject): object {
  const { shape, version } = call.shape();
  return shape === "metadata"
    ? { kind: "PartialObjectMetadata", apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata }
    : fromStored(call.served, object);
}

/** Whether objects are shown as they are stored: then nothing has to be made of them. */
export const isAsStored = (call: Call): boolean =>
  call.shape().shape === "object" && call.served.storedAs === undefined;

type Rows = Page & { readonly wantsColumns?: boolean };

export function renderedTable({ clock }: ApiPorts, call: Call, rows: Rows) {
  const { version } = call.shape();
  const includeObject = includedObject(call.request.query.get("includeObject"));
  const { columnDefinitions, ...table } = tableOf(
    call.served,
    rows.objects.map((object) => fromStored(call.served, object)),
    {
      includeObject,
      now: clock.now(),
    },
  );
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

/** Objects as clients asked to see them: whole, as rows of a table, or their metadata only. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { jsonOf } from "../cache/json.ts";
import { apiVersionOf } from "../kinds/kind-table.ts";
import { fromStored } from "../kinds/versions.ts";
import { unsupportedOption, type Call } from "./call.ts";
import type { Page } from "./pages.ts";
import type { ApiPorts, ApiState } from "./ports.ts";
import { operationLimits } from "./operation/limits.ts";
import { jsonWithList, pieceOf, writeSlices } from "./operation/slices.ts";
import type { ApiResponse, Sink, WholeResponse } from "./request.ts";
import { json, warningHeaders } from "./respond.ts";
import { rowOf, tableOf, type IncludeObject } from "./table.ts";
import { without } from "./without.ts";

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

/** A long list is sent in slices, and only a few of them at once; a user who asks for too many is refused with 429. */
export function answerList(state: ApiState, call: Call, page: Page): ApiResponse {
  const { list, member, pieces } = listParts(state, call, page);
  const headers = { "content-type": "application/json", ...warningHeaders(toldOf(call)) };
  if (page.objects.length < operationLimits.longListMin)
    return { status: 200, headers, body: Buffer.concat([...jsonWithList(list, member, pieces)]) };
  const { longListSeats } = state;
  longListSeats.check(call.user.name);
  const stream = async (sink: Sink) => {
    const leave = await longListSeats.take(call.user.name);
    await writeSlices(sink, jsonWithList(list, member, pieces)).finally(leave);
  };
  return {
    status: 200,
    headers,
    isWhole: true,
    // Whoever could not be served after all, or whose objects could not be drawn, must not take it for the whole list.
    stream: (sink) => stream(sink).catch((error: unknown) => sink.cut(messageOf(error))),
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A list without its items, and the items as JSON, each made when it is asked for. */
function listParts(state: ApiState, call: Call, page: Page) {
  const { shape, version } = call.shape();
  if (shape === "table") {
    const table = without(renderedTable(state, call, { ...page, objects: [] }), "rows");
    const options = rowOptions(state, call);
    const rowPiece = (object: KubeObject) =>
      pieceOf(rowOf(call.served, fromStored(call.served, object), options));
    return { list: table, member: "rows", pieces: lazily(page.objects, rowPiece) };
  }
  const isPartial = shape === "metadata";
  const list = {
    kind: isPartial ? "PartialObjectMetadataList" : `${call.served.kind}List`,
    apiVersion: isPartial ? `meta.k8s.io/${version}` : apiVersionOf(call.served),
    metadata: listMetadata(page),
  };
  const itemPiece = isAsStored(call) ? jsonOf : (object: KubeObject) => pieceOf(renderedObject(call, object));
  return { list, member: "items", pieces: lazily(page.objects, itemPiece) };
}

function* lazily(
  objects: readonly KubeObject[],
  draw: (object: KubeObject) => Uint8Array,
): Generator<Uint8Array> {
  for (const object of objects) yield draw(object);
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

const rowOptions = ({ clock }: ApiPorts, { request }: Call) => ({
  includeObject: includedObject(request.query.get("includeObject")),
  now: clock.now(),
});

export function renderedTable(state: ApiPorts, call: Call, rows: Rows) {
  const { version } = call.shape();
  const { columnDefinitions, ...table } = tableOf(
    call.served,
    rows.objects.map((object) => fromStored(call.served, object)),
    rowOptions(state, call),
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

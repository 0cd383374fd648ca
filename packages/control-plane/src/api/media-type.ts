/** Which shape of answer a client asks for: the object itself, a table for people, or metadata only. Pure. */
import { Refusal } from "@kubus/shared/errors/codes.ts";

export type Shape = "object" | "table" | "metadata";

/** `application/json;as=Table;v=v1` → type and parameters, both in lower case but for the values. */
export interface MediaType {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export function parseMediaType(text: string): MediaType {
  const [type = "", ...rest] = text.split(";").map((part) => part.trim());
  const parameters = rest
    .map((part) => part.split("="))
    .map(([name = "", value = ""]) => [name.toLowerCase(), value]);
  return { type: type.toLowerCase(), parameters: Object.fromEntries(parameters) as Record<string, string> };
}

/** The media types of an Accept header, in the order of preference. Nothing said: anything will do. */
export const acceptedTypes = (accept: string | undefined): readonly MediaType[] =>
  (accept ?? "*/*").split(",").map(parseMediaType);

const jsonTypes = new Set(["application/json", "application/*", "*/*", ""]);

export const isJson = ({ type }: MediaType): boolean => jsonTypes.has(type);

/** The first shape that kubus can give. Refuses with 406 when there is none. */
export function acceptedShape(accept: string | undefined): {
  readonly shape: Shape;
  readonly version: string;
} {
  for (const mediaType of acceptedTypes(accept)) {
    const shape = isJson(mediaType) ? shapeOf(mediaType) : undefined;
    if (shape !== undefined) return { shape, version: mediaType.parameters["v"] ?? "v1" };
  }
  throw new Refusal("notAcceptable", "only the following media types are accepted: application/json");
}

function shapeOf({ parameters }: MediaType): Shape | undefined {
  const { as, g, v } = parameters;
  if (as === undefined) return "object";
  if (g !== "meta.k8s.io" || (v !== "v1" && v !== "v1beta1")) return undefined;
  if (as === "Table") return "table";
  return as === "PartialObjectMetadata" || as === "PartialObjectMetadataList" ? "metadata" : undefined;
}

/** What the API says when it refuses, in Kubernetes' own words: clients and their users know these sentences. */
import { Refusal, type Cause, type RefusalDetails } from "@kubus/shared/errors/codes.ts";
import type { Kind } from "../kinds/kind.ts";

type Names = Pick<Kind, "group" | "plural" | "kind">;

/** `deployments.apps`, `pods`. */
export const resourceName = ({ group, plural }: Pick<Names, "group" | "plural">): string =>
  group === "" ? plural : `${plural}.${group}`;

/** Kubernetes names the resource, not the kind, in `details.kind` (except for Invalid). */
const about = ({ group, plural }: Names, name: string): RefusalDetails => ({
  name,
  ...(group === "" ? {} : { group }),
  kind: plural,
});

export const notFound = (kind: Names, name: string): Refusal =>
  new Refusal("notFound", `${resourceName(kind)} "${name}" not found`, about(kind, name));

export const alreadyExists = (kind: Names, name: string): Refusal =>
  new Refusal("alreadyExists", `${resourceName(kind)} "${name}" already exists`, about(kind, name));

export const conflict = (kind: Names, name: string, why: string): Refusal =>
  new Refusal(
    "conflict",
    `Operation cannot be fulfilled on ${resourceName(kind)} "${name}": ${why}`,
    about(kind, name),
  );

export const modifiedMeanwhile =
  "the object has been modified; please apply your changes to the latest version and try again";

export const forbidden = (kind: Names, name: string, why: string, causes?: readonly Cause[]): Refusal =>
  new Refusal(
    "forbidden",
    `${resourceName(kind)}${name === "" ? "" : ` "${name}"`} is forbidden: ${why}`,
    causes === undefined ? about(kind, name) : { ...about(kind, name), causes },
  );

/** `Pod "web" is invalid: spec.containers: Required value`. */
export function invalid(
  { group, kind }: Pick<Names, "group" | "kind">,
  name: string,
  causes: readonly Cause[],
): Refusal {
  const texts = causes.map(({ field, message }) => `${field}: ${message}`);
  const [first = ""] = texts;
  const list = texts.length === 1 ? first : `[${texts.join(", ")}]`;
  const subject = group === "" ? kind : `${kind}.${group}`;
  const details = { name, ...(group === "" ? {} : { group }), kind, causes };
  return new Refusal("invalid", `${subject} "${name}" is invalid: ${list}`, details);
}

export const badRequest = (message: string): Refusal => new Refusal("badRequest", message);

export const noSuchPath = (): Refusal =>
  new Refusal("notFound", "the server could not find the requested resource", {});

export const noSuchMethod = (): Refusal =>
  new Refusal("methodNotAllowed", "the server does not allow this method on the requested resource", {});

export const expired = (message: string): Refusal => new Refusal("expired", message);

export const bodyTooLarge = (limitBytes: number): Refusal =>
  new Refusal("tooLarge", `Request entity too large: limit is ${limitBytes}`);

export const unknownFormat = (accepted: readonly string[]): Refusal =>
  new Refusal(
    "unsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`,
  );

/** A request that was understood: which verb on which resource, in whose name, and how it is to be answered. Pure. */
import type { Kind, Verb } from "../kinds/kind.ts";
import { managerOf } from "./managed-fields/tracking.ts";
import { acceptedShape, type Shape } from "./media-type.ts";
import { invalid } from "./refusals.ts";
import type { ApiRequest, ApiResponse, User } from "./request.ts";
import type { ResourceQuestion } from "./authorization/question.ts";
import { isTrue } from "./query.ts";
import { verbOf, type Route } from "./route.ts";
import type { ApiState } from "./ports.ts";
import type { Target } from "./write.ts";

export interface Call extends Route {
  readonly request: ApiRequest;
  readonly user: User;
  readonly verb: Verb;
  readonly dryRun: boolean;
  /** What the client should be told besides the answer. */
  readonly warnings: readonly string[];
  readonly warn: (warning: string) => void;
  /** What the audit log should say besides. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly annotate: (key: string, value: string) => void;
  /** Computed when it is needed: some answers have no shape to choose. */
  readonly shape: () => { readonly shape: Shape; readonly version: string };
}

/** Carries a call out. Rejects with `Refusal` or `Trouble`. */
export type Act = (state: ApiState, call: Call) => Promise<ApiResponse>;

export function callOf(request: ApiRequest, user: User, route: Route): Call {
  const { method, query, headers } = request;
  const warnings: string[] = [];
  const annotations: Record<string, string> = {};
  return {
    ...route,
    warnings,
    warn: (warning) => {
      // A write that is tried again says the same again.
      if (!warnings.includes(warning)) warnings.push(warning);
    },
    annotations,
    annotate: (key, value) => {
      annotations[key] = value;
    },
    request,
    user,
    verb: verbOf(method, route, isTrue(query.get("watch"))),
    dryRun: isDryRun(query.getAll("dryRun")),
    shape: () => acceptedShape(headers["accept"]),
  };
}

/** What the authorizers are asked about a call. */
export const questionOf = ({ served, ...call }: Call): ResourceQuestion => ({
  verb: call.verb,
  group: served.group,
  resource: served.plural,
  subresource: call.subresource,
  // A namespace lies in itself: what a role in it grants counts.
  namespace: served.group === "" && served.plural === "namespaces" ? call.name : call.namespace,
  name: call.name,
  fieldSelector: call.request.query.get("fieldSelector") ?? undefined,
});

/** The object that a call names. */
export const targetOf = ({
  kind,
  served,
  namespace,
  name = "",
  user,
  dryRun,
  subresource,
  request,
  warn,
  annotate,
}: Call): Target => ({
  kind,
  served,
  namespace,
  name,
  user,
  dryRun,
  subresource,
  tracking: { manager: managerOf(request, user) },
  warn,
  annotate,
});

function isDryRun(values: readonly string[]): boolean {
  const [wrong] = values.filter((value) => value !== "All");
  if (wrong !== undefined) throw unsupportedOption("dryRun", wrong, ["All"]);
  return values.length > 0;
}

/** An option with a value that is none of those it may have: 422. */
export function unsupportedOption(field: string, value: unknown, supported: readonly string[]) {
  const list = supported.map((word) => JSON.stringify(word)).join(", ");
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
  return invalid(optionsKind, "", [{ reason: "FieldValueNotSupported", field, message }]);
}

const optionsKind: Pick<Kind, "group" | "kind"> = { group: "meta.k8s.io", kind: "Options" };

/** Which manager a write is counted for, and what becomes of managedFields by it. */
import { timestamp } from "@kubus/shared/time/clock.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { apiVersionOf } from "../../kinds/kind-table.ts";
import type { Kind } from "../../kinds/kind.ts";
import type { ApiPorts } from "../ports.ts";
import type { ApiRequest, User } from "../request.ts";
import { without } from "../without.ts";
import { isPrintable, managerBytesMax, type Writer } from "./entry.ts";
import { trackUpdate } from "./track-update.ts";
import { viewsOf } from "./views.ts";

/** What a write that is under way makes of an object. */
export interface TrackedChange {
  /** As it is; undefined for a creation. */
  readonly live: KubeObject | undefined;
  readonly next: KubeObject;
  /** The managedFields that came with the write. */
  readonly given: unknown;
}

/** The name that new fields are counted for, or `given`: the write brings its managedFields along. */
export type Tracking = { readonly manager: string } | "given";

/** The managedFields of the object as it will be. */
type Track = (change: TrackedChange) => readonly unknown[];

interface Tracked {
  readonly kind: Kind;
  /** The row that the writer speaks. */
  readonly served?: Kind;
  readonly subresource?: string | undefined;
  readonly tracking?: Tracking;
}

/** Undefined: fields stay whose they are. */
export function trackOf(
  { kinds, clock }: Pick<ApiPorts, "kinds" | "clock">,
  { kind, served = kind, subresource, tracking }: Tracked,
): Track | undefined {
  if (tracking === undefined) return undefined;
  if (tracking === "given") return ({ given }) => (Array.isArray(given) ? (given as readonly unknown[]) : []);
  const { manager } = tracking;
  const writer: Writer = { manager, operation: "Update", apiVersion: apiVersionOf(served), subresource };
  const views = viewsOf(kinds, served);
  return (change) => {
    // What a kind says of the status of a new object is nobody's doing.
    const ignored = change.live === undefined && served.subresources.includes("status") ? status : nothing;
    return trackUpdate({ ...change, writer, now: timestamp(clock.now()), views, ignored });
  };
}

const nothing: ReadonlySet<string> = new Set();
const status: ReadonlySet<string> = new Set(["status"]);

/** An object with its managedFields; with none it has no such field. */
export function withManagers<T extends KubeObject>(
  object: T,
  managedFields: readonly unknown[] | undefined,
): T {
  const { metadata } = object;
  if (metadata.managedFields === managedFields) return object;
  return managedFields === undefined || managedFields.length === 0
    ? { ...object, metadata: without(metadata, "managedFields") }
    : { ...object, metadata: { ...metadata, managedFields } };
}

/** The name that a client gave itself, or else that of its program, or else that of its account. */
export function managerOf({ query, headers }: Pick<ApiRequest, "query" | "headers">, user: User): string {
  const named = query.get("fieldManager") ?? "";
  if (named !== "") return named;
  const program = programOf(headers["user-agent"] ?? "");
  return program === "" ? managerOfAccount(user.name) : program;
}

/** `kubectl/v1.33.0 (linux/amd64)` → `kubectl`. */
function programOf(userAgent: string): string {
  const [program = ""] = userAgent.split("/");
  if (plainName.test(program)) return program;
  let name = "";
  for (const character of program) {
    if (!isPrintable(character)) continue;
    if (Buffer.byteLength(name + character) > managerBytesMax) break;
    name += character;
  }
  return name;
}

/** What most programs are called: nothing has to be left out. */
const plainName = /^[\x20-\x7e]{0,128}$/;

/** `system:serviceaccount:kube-system:job-controller` → `job-controller`; an agent on a board is `kubus-agent`. */
export function managerOfAccount(userName: string): string {
  if (userName.startsWith("system:node:")) return "kubus-agent";
  return programOf(userName.split(":").at(-1) ?? "");
}

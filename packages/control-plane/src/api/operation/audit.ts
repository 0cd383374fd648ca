/**
 * The audit log: who changed what, and who was refused (audit.k8s.io/v1 Event at level Metadata). Pure.
 *
 * Reads that were granted are not told of: they change nothing, and would wear out the disk of a small board. Neither
 * are the statuses that boards write all day.
 */
import type { Clock } from "@kubus/shared/time/clock.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import type { Call } from "../call.ts";
import type { ApiResponse } from "../request.ts";

/** Takes one event. Must not fail; what it cannot keep it reports itself. */
export type AuditLog = (event: object) => void;

const reads: readonly string[] = ["get", "list", "watch"];

/** Whether an answered call is worth a line. */
export function isAudited({ verb, user, subresource }: Call, { status }: ApiResponse): boolean {
  if (status === 401 || status === 403) return true;
  if (reads.includes(verb) && subresource !== "exec" && subresource !== "attach") return false;
  const isBoard = user.groups.includes("system:nodes");
  return !isBoard;
}

export function auditEvent(
  call: Call,
  { status }: ApiResponse,
  at: { readonly clock: Clock; readonly receivedAt: number; readonly id: string },
): object {
  const { verb, user, request, served, namespace, name, subresource, dryRun } = call;
  const { group, version, plural } = served;
  const annotations = { ...(dryRun ? { "kubus.io/dry-run": "true" } : {}), ...call.annotations };
  const agent = request.headers["user-agent"];
  return {
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    level: "Metadata",
    auditID: at.id,
    stage: "ResponseComplete",
    requestURI: requestUri(call),
    verb,
    user: { username: user.name, groups: user.groups, ...(user.uid === undefined ? {} : { uid: user.uid }) },
    ...(agent === undefined ? {} : { userAgent: agent }),
    objectRef: {
      resource: plural,
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
      ...(group === "" ? {} : { apiGroup: group }),
      apiVersion: version,
      ...(subresource === undefined ? {} : { subresource }),
    },
    responseStatus: { metadata: {}, code: status },
    requestReceivedTimestamp: timestamp(at.receivedAt),
    stageTimestamp: timestamp(at.clock.now()),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

function requestUri({ request: { path, query } }: Call): string {
  const search = query.toString();
  return search === "" ? path : `${path}?${search}`;
}

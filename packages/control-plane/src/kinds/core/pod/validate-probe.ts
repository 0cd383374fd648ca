/** The rules of probes and hooks: exactly one way to ask, and counts that make sense (core validation). Pure. */
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import { validatePort, validatePortOrName } from "../../ports.ts";
import { validateNotNegative, validateRequired, when } from "../../rules.ts";
import type { ContainerAction, Lifecycle, Probe } from "./parts.ts";

const ways = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] as const;
const schemes = ["HTTP", "HTTPS"];
const counts = [
  "initialDelaySeconds",
  "timeoutSeconds",
  "periodSeconds",
  "successThreshold",
  "failureThreshold",
] as const;

export type ProbeName = "livenessProbe" | "readinessProbe" | "startupProbe";

export function validateProbe(
  probe: Probe,
  name: ProbeName,
  field: string,
  graceSeconds: number | undefined,
): readonly Cause[] {
  const at = `${field}.${name}`;
  const graceField = `${at}.terminationGracePeriodSeconds`;
  const { successThreshold, terminationGracePeriodSeconds: grace } = probe;
  const isReadiness = name === "readinessProbe";
  return [
    ...validateAction(probe, at, graceSeconds),
    ...counts.flatMap((part) => validateNotNegative(probe[part], `${at}.${part}`)),
    ...when(grace !== undefined && grace <= 0, cause.invalid(graceField, grace, "must be greater than 0")),
    // Liveness and startup know no more than one success; what is not ready is not ended.
    ...when(
      !isReadiness && successThreshold !== 1,
      cause.invalid(`${at}.successThreshold`, successThreshold ?? 0, "must be 1"),
    ),
    ...when(
      isReadiness && grace !== undefined,
      cause.invalid(graceField, grace, "must not be set for readinessProbes"),
    ),
  ];
}

export const validateLifecycle = (
  { postStart, preStop }: Lifecycle,
  field: string,
  graceSeconds: number | undefined,
): readonly Cause[] => [
  ...(postStart === undefined ? [] : validateAction(postStart, `${field}.postStart`, graceSeconds)),
  ...(preStop === undefined ? [] : validateAction(preStop, `${field}.preStop`, graceSeconds)),
];

function validateAction(
  action: ContainerAction,
  field: string,
  graceSeconds: number | undefined,
): readonly Cause[] {
  const [way, ...more] = ways.filter((name) => action[name] !== undefined);
  if (way === undefined) return [cause.required(field, "must specify a handler type")];
  return [
    ...validateWay(action, way, `${field}.${way}`, graceSeconds),
    ...more.map((name) => cause.forbidden(`${field}.${name}`, "may not specify more than 1 handler type")),
  ];
}

function validateWay(
  { exec, httpGet = {}, tcpSocket = {}, grpc = {}, sleep = {} }: ContainerAction,
  way: (typeof ways)[number],
  field: string,
  graceSeconds: number | undefined,
): readonly Cause[] {
  switch (way) {
    case "exec":
      return when((exec?.command ?? []).length === 0, cause.required(`${field}.command`));
    case "httpGet":
      return validateHttp(httpGet, field);
    case "tcpSocket":
      return validatePortOrName(tcpSocket.port, `${field}.port`);
    case "grpc":
      return validatePort(grpc.port, `${field}.port`);
    case "sleep":
      return validateSleep(sleep.seconds ?? 0, field, graceSeconds);
  }
}

function validateHttp(get: NonNullable<ContainerAction["httpGet"]>, field: string): readonly Cause[] {
  const { path, scheme = "", port, httpHeaders = [] } = get;
  return [
    ...validateRequired(path, `${field}.path`),
    ...validatePortOrName(port, `${field}.port`),
    ...when(!schemes.includes(scheme), cause.notSupported(`${field}.scheme`, scheme, schemes)),
    ...httpHeaders.flatMap(({ name = "" }) =>
      when(!/^[-A-Za-z0-9]+$/.test(name), cause.invalid(`${field}.httpHeaders`, name, wrongHeader)),
    ),
  ];
}

const wrongHeader =
  "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";

/** A hook that only waits ends before the pod does. */
function validateSleep(seconds: number, field: string, graceSeconds: number | undefined): readonly Cause[] {
  if (graceSeconds === undefined) return [];
  const why = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`;
  return when(seconds < 0 || seconds > graceSeconds, cause.invalid(field, seconds, why));
}

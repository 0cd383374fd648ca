/** The rules of probes and hooks: exactly one way to ask, and counts that make sense. Pure. */
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { portName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { validateNotNegative } from "../../rules.ts";
import type { ContainerAction, Lifecycle, PortTarget, Probe } from "./parts.ts";

const outOfRange = "must be between 1 and 65535, inclusive";
const ways = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] as const;

/** `succeedsOnce`: liveness and startup probes know no more than one success. */
export function validateProbe(probe: Probe, field: string, succeedsOnce: boolean): readonly Cause[] {
  const counts = [
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
  ] as const;
  const { successThreshold = 1, terminationGracePeriodSeconds } = probe;
  return [
    ...validateAction(probe, field),
    ...counts.flatMap((part) => validateNotNegative(probe[part], `${field}.${part}`)),
    ...(succeedsOnce && successThreshold !== 1
      ? [cause.invalid(`${field}.successThreshold`, successThreshold, "must be 1")]
      : []),
    ...(terminationGracePeriodSeconds !== undefined && terminationGracePeriodSeconds <= 0
      ? [
          cause.invalid(
            `${field}.terminationGracePeriodSeconds`,
            terminationGracePeriodSeconds,
            "must be greater than 0",
          ),
        ]
      : []),
  ];
}

export const validateLifecycle = ({ postStart, preStop }: Lifecycle, field: string): readonly Cause[] => [
  ...(postStart === undefined ? [] : validateAction(postStart, `${field}.postStart`)),
  ...(preStop === undefined ? [] : validateAction(preStop, `${field}.preStop`)),
];

function validateAction(action: ContainerAction, field: string): readonly Cause[] {
  const [way, ...more] = ways.filter((name) => action[name] !== undefined);
  if (way === undefined) return [cause.required(field, "must specify a handler type")];
  const { exec, httpGet, tcpSocket, grpc } = action;
  return [
    ...more.map((name) => cause.forbidden(`${field}.${name}`, "may not specify more than 1 handler type")),
    ...(exec !== undefined && (exec.command ?? []).length === 0
      ? [cause.required(`${field}.exec.command`)]
      : []),
    ...(httpGet === undefined ? [] : validateHttp(httpGet, `${field}.httpGet`)),
    ...(tcpSocket === undefined ? [] : validateTarget(tcpSocket, `${field}.tcpSocket`)),
    ...(grpc === undefined ? [] : validateTarget({ port: grpc.port ?? 0 }, `${field}.grpc`)),
  ];
}

function validateHttp(get: NonNullable<ContainerAction["httpGet"]>, field: string): readonly Cause[] {
  const { path = "", scheme = "" } = get;
  return [
    ...(path === "" ? [cause.required(`${field}.path`)] : []),
    ...validateTarget(get, field),
    ...(["HTTP", "HTTPS"].includes(scheme)
      ? []
      : [cause.notSupported(`${field}.scheme`, scheme, ["HTTP", "HTTPS"])]),
  ];
}

function validateTarget({ port = 0 }: PortTarget, field: string): readonly Cause[] {
  if (typeof port === "number") {
    return port >= 1 && port <= 65_535 ? [] : [cause.invalid(`${field}.port`, port, outOfRange)];
  }
  const wrong = portName(port);
  return wrong === undefined ? [] : [cause.invalid(`${field}.port`, port, wrong)];
}

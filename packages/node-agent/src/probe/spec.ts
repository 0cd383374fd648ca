/** Probes as the API writes them, with Kubernetes' defaults. Pure. */
import type { Container } from "@kubus/shared/api/pod.ts";

export type ProbeRole = "startup" | "readiness" | "liveness";

/** The port by number, or by the name that the container gives it. */
type Port = number | string;

interface ApiProbe {
  readonly exec?: { readonly command?: readonly string[] };
  readonly httpGet?: {
    readonly path?: string;
    readonly port: Port;
    readonly host?: string;
    readonly scheme?: string;
    readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[];
  };
  readonly tcpSocket?: { readonly port: Port; readonly host?: string };
  readonly grpc?: unknown;
  readonly initialDelaySeconds?: number;
  readonly timeoutSeconds?: number;
  readonly periodSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
}

/** What one check does. Without a host it goes to the pod's own address. */
export type Check =
  | { readonly how: "exec"; readonly command: readonly string[] }
  | { readonly how: "tcp"; readonly host?: string; readonly port: number }
  | {
      readonly how: "http";
      readonly scheme: "http" | "https";
      readonly host?: string;
      readonly port: number;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
    };

export interface ProbeSpec {
  readonly role: ProbeRole;
  readonly check: Check;
  readonly initialDelayMs: number;
  readonly periodMs: number;
  readonly timeoutMs: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

const fields = { startup: "startupProbe", readiness: "readinessProbe", liveness: "livenessProbe" } as const;

/** The container's probe of this role; undefined when it has none. */
export function probeOf(container: Container, role: ProbeRole): ProbeSpec | undefined {
  const probe = container[fields[role]] as ApiProbe | undefined;
  const check = probe === undefined ? undefined : checkOf(probe, container);
  if (probe === undefined || check === undefined) return undefined;
  return {
    role,
    check,
    initialDelayMs: (probe.initialDelaySeconds ?? 0) * 1_000,
    periodMs: Math.max(1, probe.periodSeconds ?? 10) * 1_000,
    timeoutMs: Math.max(1, probe.timeoutSeconds ?? 1) * 1_000,
    successThreshold: Math.max(1, probe.successThreshold ?? 1),
    failureThreshold: Math.max(1, probe.failureThreshold ?? 3),
  };
}

/** Whether the container has a probe that this agent cannot run. */
export const hasForeignProbe = (container: Container): boolean =>
  Object.values(fields).some((field) => {
    const probe = container[field] as ApiProbe | undefined;
    return probe !== undefined && checkOf(probe, container) === undefined;
  });

function checkOf({ exec, httpGet, tcpSocket }: ApiProbe, container: Container): Check | undefined {
  if (exec !== undefined) return { how: "exec", command: exec.command ?? [] };
  const port = portOf(httpGet?.port ?? tcpSocket?.port, container);
  if (port === undefined) return undefined;
  if (tcpSocket !== undefined) return { how: "tcp", port, ...hostOf(tcpSocket.host) };
  if (httpGet === undefined) return undefined;
  const { path = "/", scheme = "HTTP", host, httpHeaders = [] } = httpGet;
  return {
    how: "http",
    scheme: scheme.toUpperCase() === "HTTPS" ? "https" : "http",
    port,
    path: path.startsWith("/") ? path : `/${path}`,
    headers: Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value])),
    ...hostOf(host),
  };
}

const hostOf = (host: string | undefined) => (host === undefined || host === "" ? {} : { host });

function portOf(port: Port | undefined, { ports = [] }: Container): number | undefined {
  if (typeof port === "number") return port;
  const named = ports.find(({ name }) => name !== undefined && name === port)?.containerPort;
  return named ?? (port !== undefined && /^\d+$/.test(port) ? Number(port) : undefined);
}

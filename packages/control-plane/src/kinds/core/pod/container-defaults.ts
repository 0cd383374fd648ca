/**
 * What the API server fills in on a container: pull policy by tag, protocols, probes, requests from limits. Pure.
 */
import type { Container, ContainerPort, EnvVar } from "@kubus/shared/api/pod.ts";
import { withChanged, withDefaults } from "../../../api/defaults.ts";
import type { Received } from "../../received.ts";
import type { ContainerAction, Lifecycle, Probe } from "./parts.ts";
import { setDownwardFileDefaults } from "./downward-defaults.ts";

export function setContainerDefaults(container: Received<Container>): Container {
  const filled = withDefaults(container, {
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: pullPolicyOf(container.image ?? ""),
  });
  const probes = (["livenessProbe", "readinessProbe", "startupProbe"] as const).reduce<Received<Container>>(
    (all, name) => withChanged(all, name, (probe) => setProbeDefaults(probe as Probe)),
    filled,
  );
  const hooks = withChanged(probes, "lifecycle", (lifecycle) => setLifecycleDefaults(lifecycle as Lifecycle));
  const ports = withChanged(hooks, "ports", (list) =>
    list.map((port) => withDefaults(port, { protocol: "TCP" as const })),
  );
  return withChanged(ports, "env", (list) => list.map(setEnvDefaults)) as Container;
}

/** Of pods only: templates keep what they were given. */
export function setPodContainerDefaults(container: Received<Container>, hostNetwork: boolean): Container {
  const ports = withChanged(container, "ports", (list) =>
    list.map((port) => (hostNetwork ? withHostPort(port) : port)),
  );
  return withChanged(ports, "resources", requestsFromLimits) as Container;
}

/** Images without a tag, or with the tag `latest`, may change behind their name. */
export function pullPolicyOf(image: string): "Always" | "IfNotPresent" {
  if (image.includes("@")) return "IfNotPresent";
  const lastPart = image.slice(image.lastIndexOf("/") + 1);
  const colon = lastPart.indexOf(":");
  const tag = colon < 0 ? "latest" : lastPart.slice(colon + 1);
  return tag === "latest" ? "Always" : "IfNotPresent";
}

function withHostPort(port: Received<ContainerPort>): Received<ContainerPort> {
  const { containerPort } = port;
  return !port.hostPort && containerPort ? { ...port, hostPort: containerPort } : port;
}

function setEnvDefaults(variable: Received<EnvVar>): Received<EnvVar> {
  return withChanged(variable, "valueFrom", setDownwardFileDefaults);
}

const probeCounts = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };

/** The counts of a probe are no pointers in Go: zero means that they were not given. */
function setProbeDefaults(probe: Probe): Probe {
  const given = Object.entries(probe).filter(([name, value]) => !(name in probeCounts && value === 0));
  const filled = withDefaults(Object.fromEntries(given) as Probe, probeCounts);
  return setActionDefaults(withChanged(filled, "grpc", (grpc) => withDefaults(grpc, { service: "" })));
}

function setLifecycleDefaults(lifecycle: Lifecycle): Lifecycle {
  return withChanged(withChanged(lifecycle, "postStart", setActionDefaults), "preStop", setActionDefaults);
}

function setActionDefaults<T extends ContainerAction>(action: T): T {
  return withChanged(action, "httpGet", (get) => withDefaults(get, { path: "/", scheme: "HTTP" }));
}

function requestsFromLimits(resources: NonNullable<Received<Container>["resources"]>): typeof resources {
  const { limits, requests } = resources;
  return limits === undefined ? resources : { ...resources, requests: { ...limits, ...requests } };
}

/**
 * What a pod asks of a board, read once. Pure.
 *
 * Requests are those of Kubernetes: the sum of the containers, or the largest init container where that is more;
 * sidecars (init containers that always restart) count with both.
 */
import { controllerOf } from "@kubus/shared/api/meta.ts";
import type { Container, Pod, ResourceList } from "@kubus/shared/api/pod.ts";
import { avoidedBy, type PodTerm } from "./pod-terms.ts";
import { parseQuantity } from "./quantity.ts";

/** Amounts by resource name; cpu in thousandths, everything else in units. */
export type Amounts = ReadonlyMap<string, number>;

export interface Want {
  readonly pod: Pod;
  readonly requests: Amounts;
  /** Like `requests`, but with Kubernetes' assumed sizes for pods that ask for nothing, so that they spread. */
  readonly weight: { readonly cpu: number; readonly memory: number };
  /** `protocol/address/port`. */
  readonly hostPorts: readonly string[];
  /** Uid of the pod's controller. */
  readonly owner: string | undefined;
  /** Pods that it must not be near to. */
  readonly avoids: readonly PodTerm[];
}

/** kube-scheduler's own assumptions: 100m and 200 MB. */
const assumed = { cpu: 100, memory: 200 * 1_024 * 1_024 } as const;

export function wantOf(pod: Pod): Want {
  const requests = requestsOf(pod);
  return {
    pod,
    requests,
    weight: {
      cpu: requests.get("cpu") ?? assumed.cpu,
      memory: requests.get("memory") ?? assumed.memory,
    },
    hostPorts: hostPortsOf(pod),
    owner: controllerOf(pod)?.uid,
    avoids: avoidedBy(pod),
  };
}

/** Below this a difference is an error of floating point: `1.1` is 1100 thousandths, not 1101. */
const epsilon = 1e-6;

export const amountOf = (name: string, quantity: string): number =>
  name === "cpu" ? Math.ceil(parseQuantity(quantity) * 1_000 - epsilon) : parseQuantity(quantity);

const amounts = (list: ResourceList = {}): Amounts =>
  new Map(Object.entries(list).map(([name, quantity]) => [name, amountOf(name, quantity)]));

function requestsOf({ spec }: Pod): Amounts {
  const requested = ({ resources }: Container) => amounts(resources?.requests);
  const inits = spec.initContainers ?? [];
  const sidecars = inits.filter(({ restartPolicy }) => restartPolicy === "Always");
  const running = sum([...spec.containers, ...sidecars].map(requested));
  // An init container runs beside the sidecars that were started before it.
  const starting = inits.map((init, i) =>
    init.restartPolicy === "Always"
      ? new Map<string, number>()
      : sum([init, ...inits.slice(0, i).filter((one) => sidecars.includes(one))].map(requested)),
  );
  const { overhead } = spec as { readonly overhead?: ResourceList };
  return sum([[running, ...starting].reduce(larger, new Map<string, number>()), amounts(overhead)]);
}

const combine =
  (merge: (a: number, b: number) => number) =>
  (a: Amounts, b: Amounts): Amounts =>
    new Map(
      [...new Set([...a.keys(), ...b.keys()])].map((name) => [
        name,
        merge(a.get(name) ?? 0, b.get(name) ?? 0),
      ]),
    );
const larger = combine(Math.max);
const add = combine((a, b) => a + b);
const sum = (all: readonly Amounts[]): Amounts => all.reduce(add, new Map<string, number>());

function hostPortsOf({ spec }: Pod): readonly string[] {
  return spec.containers.flatMap(({ ports = [] }) =>
    ports.flatMap((port) => {
      const hostPort = port.hostPort ?? (spec.hostNetwork === true ? port.containerPort : undefined);
      if (hostPort === undefined || hostPort === 0) return [];
      const { hostIP = "0.0.0.0" } = port as { readonly hostIP?: string };
      return [`${port.protocol ?? "TCP"}/${hostIP}/${hostPort}`];
    }),
  );
}

/** Whether a port is taken by one of the others: the same number, on the same address or on all. */
export function isPortTaken(port: string, taken: Iterable<string>): boolean {
  const [protocol, address, number] = port.split("/");
  for (const other of taken) {
    const [otherProtocol, otherAddress, otherNumber] = other.split("/");
    const meets = address === otherAddress || address === "0.0.0.0" || otherAddress === "0.0.0.0";
    if (protocol === otherProtocol && number === otherNumber && meets) return true;
  }
  return false;
}

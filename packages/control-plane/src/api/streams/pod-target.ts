/** Which container of which pod on which node a stream means. Refuses with what kubectl's users know. */
import type { Container, Pod } from "@kubus/shared/api/pod.ts";
import { Refusal } from "@kubus/shared/errors/codes.ts";
import { isTrouble } from "@kubus/shared/errors/trouble.ts";
import { subjectOf, type SubjectName } from "@kubus/shared/bus/subjects.ts";
import type { Channel } from "@kubus/shared/bus/channel.ts";
import type { Call } from "../call.ts";
import { apiLimits } from "../limits.ts";
import type { ApiPorts } from "../ports.ts";
import { badRequest, notFound } from "../refusals.ts";

export interface PodTarget {
  readonly pod: Pod;
  readonly container: string;
  readonly node: string;
}

export function podTargetOf(ports: ApiPorts, call: Call): PodTarget {
  const pod = podOf(ports, call);
  const container = containerOf(pod, call.request.query.get("container") ?? "");
  return { pod, container, node: nodeOf(pod) };
}

/** For what concerns the pod as a whole. */
export function podWithNode(ports: ApiPorts, call: Call): Omit<PodTarget, "container"> {
  const pod = podOf(ports, call);
  return { pod, node: nodeOf(pod) };
}

function podOf({ cache }: ApiPorts, { kind, namespace, name = "" }: Call): Pod {
  const pod = cache.get(kind, namespace, name) as Pod | undefined;
  if (pod === undefined) throw notFound(kind, name);
  return pod;
}

function nodeOf({ metadata, spec: { nodeName = "" } }: Pod): string {
  if (nodeName === "") throw badRequest(`pod ${metadata.name} does not have a host assigned`);
  return nodeName;
}

/** The container's own words. */
export const containerIn = ({
  pod: { spec },
  container,
}: PodTarget): Pick<Container, "stdin" | "tty"> | undefined =>
  [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])].find(
    ({ name }) => name === container,
  );

/** The annotation by which a pod names the container that people mean. */
const defaultContainer = "kubectl.kubernetes.io/default-container";

function containerOf({ metadata, spec }: Pod, asked: string): string {
  const namesOf = (all: readonly { readonly name: string }[] = []) => all.map(({ name }) => name);
  const [main, init] = [namesOf(spec.containers), namesOf(spec.initContainers)];
  const names = [...main, ...init, ...namesOf(spec.ephemeralContainers)];
  if (asked !== "") {
    if (!names.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${metadata.name}`);
    return asked;
  }
  const preferred = metadata.annotations?.[defaultContainer] ?? "";
  const [first = ""] = main;
  if (names.includes(preferred)) return preferred;
  if (spec.containers.length === 1) return first;
  const others = init.length === 0 ? "" : ` or one of the init containers: [${init.join(" ")}]`;
  throw badRequest(
    `a container name must be specified for pod ${metadata.name}, choose one of: [${main.join(" ")}]${others}`,
  );
}

/** Opens a channel to the agent of a node. Refuses with 503 when it does not answer, 400 when it says no. */
export async function openToAgent(
  { channels }: ApiPorts,
  to: { readonly subject: SubjectName; readonly node: string; readonly opening: object },
  signal?: AbortSignal,
): Promise<Channel> {
  const { subject, node, opening } = to;
  try {
    return await channels.open({
      subject: subjectOf(subject, node),
      prefix: subjectOf("channel", node),
      opening: new TextEncoder().encode(JSON.stringify(opening)),
      timeoutMs: apiLimits.streamOpenMs,
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (isTrouble(error))
      throw new Refusal("unavailable", `the agent of node "${node}" cannot be reached: ${message}`);
    throw badRequest(message); // The agent's own words.
  }
}

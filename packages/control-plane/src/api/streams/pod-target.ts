/** Which container of which pod on which node a stream means. Refuses with what kubectl's users know. */
import type { Pod } from "@kubus/shared/api/pod.ts";
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

export function podTargetOf({ cache }: ApiPorts, { kind, namespace, name = "", request }: Call): PodTarget {
  const pod = cache.get(kind, namespace, name) as Pod | undefined;
  if (pod === undefined) throw notFound(kind, name);
  const container = containerOf(pod, request.query.get("container") ?? "");
  const { nodeName } = pod.spec;
  if (nodeName === undefined || nodeName === "")
    throw badRequest(`pod ${name} does not have a host assigned`);
  return { pod, container, node: nodeName };
}

/** The annotation by which a pod names the container that people mean. */
const defaultContainer = "kubectl.kubernetes.io/default-container";

function containerOf({ metadata, spec }: Pod, asked: string): string {
  const names = [...spec.containers, ...(spec.initContainers ?? [])].map(({ name }) => name);
  if (asked !== "") {
    if (!names.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${metadata.name}`);
    return asked;
  }
  const preferred = metadata.annotations?.[defaultContainer] ?? "";
  const [first = ""] = names;
  if (names.includes(preferred)) return preferred;
  if (spec.containers.length === 1) return first;
  throw badRequest(
    `a container name must be specified for pod ${metadata.name}, choose one of: [${names.join(" ")}]`,
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

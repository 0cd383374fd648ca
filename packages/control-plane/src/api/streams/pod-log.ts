/** GET pods/log: a container's log, straight from the agent of its node. */
import type { Channel } from "@kubus/shared/bus/channel.ts";
import type { PodLogRequest } from "@kubus/shared/bus/pod-streams.ts";
import type { Act, Call } from "../call.ts";
import { isTrue } from "../query.ts";
import { badRequest, invalid } from "../refusals.ts";
import type { Sink } from "../request.ts";
import { openToAgent, podTargetOf, type PodTarget } from "./pod-target.ts";

export const readLog: Act = async (state, call) => {
  const target = podTargetOf(state, call);
  const opening = logRequestOf(call, target);
  const channel = await openToAgent(state, { subject: "podLog", node: target.node, opening });
  return {
    status: 200,
    headers: { "content-type": "text/plain; charset=utf-8" },
    stream: (sink) => relay(channel, sink),
  };
};

export function logRequestOf({ request: { query } }: Call, { pod, container }: PodTarget): PodLogRequest {
  const sinceTime = query.get("sinceTime") ?? "";
  if (sinceTime !== "" && Number.isNaN(Date.parse(sinceTime)))
    throw badRequest(`sinceTime must be a time as in RFC 3339, not "${sinceTime}"`);
  if (sinceTime !== "" && query.has("sinceSeconds"))
    throw logOption(
      "sinceSeconds",
      "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified",
    );
  return {
    namespace: pod.metadata.namespace ?? "",
    pod: pod.metadata.name,
    uid: pod.metadata.uid,
    container,
    follow: isTrue(query.get("follow")),
    previous: isTrue(query.get("previous")),
    timestamps: isTrue(query.get("timestamps")),
    ...count(query, "tailLines", 0),
    ...count(query, "sinceSeconds", 1),
    ...count(query, "limitBytes", 1),
    ...(sinceTime === "" ? {} : { sinceTime }),
  };
}

type CountOption = "tailLines" | "sinceSeconds" | "limitBytes";

function count(query: URLSearchParams, name: CountOption, min: number): Partial<Record<CountOption, number>> {
  const value = query.get(name) ?? "";
  if (value === "") return {};
  if (!/^-?\d{1,15}$/.test(value)) throw badRequest(`${name} must be a number, not "${value}"`);
  if (Number(value) < min)
    throw logOption(name, `Invalid value: ${value}: must be greater than or equal to ${min}`);
  return { [name]: Number(value) };
}

const logOption = (field: string, message: string) =>
  invalid({ group: "", kind: "PodLogOptions" }, "", [{ reason: "FieldValueInvalid", field, message }]);

/** Reads no faster than the reader takes it; a log that broke off is cut off, never ended as if it were whole. */
async function relay(channel: Channel, sink: Sink): Promise<void> {
  const leave = () => channel.reset("the reader left");
  sink.gone.addEventListener("abort", leave, { once: true });
  if (sink.gone.aborted) leave();
  try {
    for await (const chunk of channel.incoming) {
      sink.write(chunk);
      await sink.drained();
    }
    sink.end();
  } catch (error) {
    sink.cut(error instanceof Error ? error.message : String(error));
  } finally {
    sink.gone.removeEventListener("abort", leave);
    // Its own direction carries nothing.
    await channel.end().catch(() => undefined); // A channel that is over already cannot be ended.
  }
}

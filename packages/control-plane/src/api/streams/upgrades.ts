/** What must leave HTTP: exec over WebSocket. A plain request gets an answer that says so. */
import type { Channel } from "@kubus/shared/bus/channel.ts";
import type { PodExecRequest } from "@kubus/shared/bus/pod-streams.ts";
import { Refusal } from "@kubus/shared/errors/codes.ts";
import { isTrue, type Act, type Call } from "../call.ts";
import type { ApiPorts } from "../ports.ts";
import { badRequest } from "../refusals.ts";
import { openToAgent, podTargetOf } from "./pod-target.ts";

export interface ExecSession {
  readonly request: PodExecRequest;
  /** Starts the command. Rejects with a `Refusal` when the agent cannot be reached or says no. */
  readonly open: () => Promise<Channel>;
}

/** Checks everything that can be checked before the command runs. */
export function execSessionOf(ports: ApiPorts, call: Call): ExecSession {
  const { query } = call.request;
  const { pod, container, node } = podTargetOf(ports, call);
  const { phase } = pod.status ?? {};
  if (phase === "Succeeded" || phase === "Failed")
    throw badRequest(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  const command = query.getAll("command");
  if (command.length === 0) throw badRequest("you must specify at least one command for the container");
  const [stdin, stdout, stderr] = ["stdin", "stdout", "stderr"].map((name) => isTrue(query.get(name)));
  const request: PodExecRequest = {
    namespace: pod.metadata.namespace ?? "",
    pod: pod.metadata.name,
    uid: pod.metadata.uid,
    container,
    command,
    stdin: stdin ?? false,
    stdout: stdout ?? false,
    stderr: stderr ?? false,
    tty: isTrue(query.get("tty")),
  };
  if (!request.stdin && !request.stdout && !request.stderr)
    throw badRequest("you must specify at least 1 of stdin, stdout, stderr");
  return { request, open: () => openToAgent(ports, { subject: "podExec", node, opening: request }) };
}

/** exec without a WebSocket: older clients ask for SPDY/3.1, which this version does not speak. */
export const execOverUpgrade: Act = (state, call) => {
  execSessionOf(state, call);
  if (call.request.headers["upgrade"]?.toLowerCase().startsWith("spdy") === true)
    return Promise.reject(
      new Refusal(
        "notImplemented",
        "exec needs a client that speaks WebSocket, such as kubectl 1.30 or newer",
      ),
    );
  return Promise.reject(badRequest("Upgrade request required"));
};

export const notYet =
  (what: string): Act =>
  () =>
    Promise.reject(new Refusal("notImplemented", `${what} is not supported by this version of kubus`));

/** What must leave HTTP: exec, attach, port-forward. A plain request gets an answer that says so. */
import type { PodAttachRequest, PodConnectRequest, PodExecRequest } from "@kubus/shared/bus/pod-streams.ts";
import type { Act, Call } from "../call.ts";
import { isTrue } from "../query.ts";
import type { ApiPorts } from "../ports.ts";
import { badRequest, noSuchPath } from "../refusals.ts";
import type { Route } from "../route.ts";
import { containerIn, openToAgent, podTargetOf, podWithNode, type PodTarget } from "./pod-target.ts";
import type { CommandSession, CommandStreams, ForwardSession, StreamSession } from "./session.ts";

type SessionOf = (ports: ApiPorts, call: Call) => StreamSession;

const sessions: Readonly<Record<string, SessionOf>> = {
  exec: execSessionOf,
  attach: attachSessionOf,
  portforward: forwardSessionOf,
};

export const leavesHttp = ({ kind, subresource = "" }: Pick<Route, "kind" | "subresource">): boolean =>
  kind.group === "" && kind.kind === "Pod" && sessions[subresource] !== undefined;

/** Checks everything that can be checked before anything runs. */
export function streamSessionOf(ports: ApiPorts, call: Call): StreamSession {
  const sessionOf = sessions[call.subresource ?? ""];
  if (sessionOf === undefined) throw noSuchPath();
  return sessionOf(ports, call);
}

function execSessionOf(ports: ApiPorts, call: Call): CommandSession {
  const target = runningTarget(ports, call, "exec into");
  const { query } = call.request;
  const command = query.getAll("command");
  if (command.length === 0) throw badRequest("you must specify at least one command for the container");
  const streams = streamsIn(query, isTrue(query.get("tty")));
  const opening: PodExecRequest = { ...namesOf(target), command, ...streams };
  return {
    type: "command",
    streams,
    open: () => openToAgent(ports, { subject: "podExec", node: target.node, opening }),
  };
}

/** Whether there is a terminal is the container's own business: it cannot be changed once it runs. */
function attachSessionOf(ports: ApiPorts, call: Call): CommandSession {
  const target = runningTarget(ports, call, "attach to");
  const { stdin: takesInput = false, tty = false } = containerIn(target) ?? {};
  const streams = streamsIn(call.request.query, tty);
  const opening: PodAttachRequest = { ...namesOf(target), stdin: streams.stdin && takesInput };
  return {
    type: "command",
    streams,
    open: () => openToAgent(ports, { subject: "podAttach", node: target.node, opening }),
  };
}

function forwardSessionOf(ports: ApiPorts, call: Call): ForwardSession {
  const { pod, node } = podWithNode(ports, call);
  const { namespace = "", name, uid } = pod.metadata;
  return {
    type: "forward",
    pod: uid,
    ports: call.request.query.getAll("ports").flatMap((text) => text.split(",").map(portIn)),
    connect: (port) => {
      const opening: PodConnectRequest = { namespace, pod: name, uid, port, via: "loopback" };
      return openToAgent(ports, { subject: "podConnect", node, opening });
    },
  };
}

export function portIn(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw badRequest(`unable to parse ${JSON.stringify(text)} as a port`);
  if (Number(text) === 0) throw badRequest(`port ${JSON.stringify(text)} must be > 0`);
  return Number(text);
}

function runningTarget(ports: ApiPorts, call: Call, what: string): PodTarget {
  const target = podTargetOf(ports, call);
  const { phase } = target.pod.status ?? {};
  if (phase === "Succeeded" || phase === "Failed")
    throw badRequest(`cannot ${what} a container in a completed pod; current phase is ${phase}`);
  return target;
}

function streamsIn(query: URLSearchParams, tty: boolean): CommandStreams {
  const [stdin = false, stdout = false, stderr = false] = ["stdin", "stdout", "stderr"].map((name) =>
    isTrue(query.get(name)),
  );
  if (!stdin && !stdout && !stderr) throw badRequest("you must specify at least 1 of stdin, stdout, stderr");
  return { stdin, stdout, stderr: stderr && !tty, tty };
}

const namesOf = ({ pod, container }: PodTarget) => ({
  namespace: pod.metadata.namespace ?? "",
  pod: pod.metadata.name,
  uid: pod.metadata.uid,
  container,
});

/** The same paths without an upgrade. */
export const upgradeRequired: Act = async (state, call) => {
  await Promise.resolve(streamSessionOf(state, call));
  throw badRequest("Upgrade request required");
};

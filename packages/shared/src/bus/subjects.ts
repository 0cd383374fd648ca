/**
 * THE table of bus subjects: who may publish what, and what it means.
 *
 * Everything that concerns one board lies below `kubus.node.<name>.`: an agent may publish and subscribe there
 * and nowhere else (and receive below its own inbox prefix). So the subject is the sender's proof of identity.
 * A board's name is one token: names are DNS labels, dots in them are written as `_`.
 */
import { invariant } from "../errors/invariant.ts";

type Party = "agent" | "server";

interface SubjectRow {
  readonly pattern: string;
  readonly publisher: Party;
  readonly style: "message" | "request" | "channel";
  readonly meaning: string;
}

export const subjects = {
  hello: {
    pattern: "kubus.node.{node}.hello",
    publisher: "agent",
    style: "request",
    meaning: "An agent presents itself; the answer tells how to beat. JSON: Hello, HelloReply.",
  },
  beat: {
    pattern: "kubus.node.{node}.beat",
    publisher: "agent",
    style: "message",
    meaning: "The board is alive. The same bytes go by UDP. Format: beat.ts.",
  },
  goodbye: {
    pattern: "kubus.node.{node}.goodbye",
    publisher: "agent",
    style: "message",
    meaning: "The agent stops in an orderly way; its pods go on.",
  },
  api: {
    pattern: "kubus.node.{node}.api",
    publisher: "agent",
    style: "request",
    meaning: "One API request with the rights of this node. Format: api-call.ts.",
  },
  apiChannel: {
    pattern: "kubus.node.{node}.api-channel",
    publisher: "agent",
    style: "channel",
    meaning: "A watch, or a request whose answer is too large for one message. Format: api-call.ts.",
  },
  podLog: {
    pattern: "kubus.node.{node}.pod-log",
    publisher: "server",
    style: "channel",
    meaning: "Reads a container's log. Opening: PodLogRequest as JSON; the channel carries the text.",
  },
  podExec: {
    pattern: "kubus.node.{node}.pod-exec",
    publisher: "server",
    style: "channel",
    meaning: "Runs a command in a container. Opening: PodExecRequest as JSON; frames: exec-frames.ts.",
  },
  podAttach: {
    pattern: "kubus.node.{node}.pod-attach",
    publisher: "server",
    style: "channel",
    meaning: "Joins a running container. Opening: PodAttachRequest as JSON; frames: exec-frames.ts.",
  },
  podConnect: {
    pattern: "kubus.node.{node}.pod-connect",
    publisher: "server",
    style: "channel",
    meaning:
      "Connects to a port of a pod. Opening: PodConnectRequest as JSON; the channel carries the bytes.",
  },
  actors: {
    pattern: "kubus.node.{node}.actors",
    publisher: "server",
    style: "channel",
    meaning: "The agent's actors as they change, while somebody looks. Lines of JSON: ActorChange.",
  },
  usage: {
    pattern: "kubus.node.{node}.usage",
    publisher: "server",
    style: "channel",
    meaning: "What the board and its containers use. No opening; the answer is a UsageReport as JSON.",
  },
  volumeRemoval: {
    pattern: "kubus.node.{node}.volume-removal",
    publisher: "server",
    style: "channel",
    meaning:
      "Deletes the data of a persistent volume. Opening: VolumeRemoval as JSON; the answer is a VolumeRemovalReply as JSON.",
  },
  channel: {
    pattern: "kubus.node.{node}.channel",
    publisher: "agent",
    style: "message",
    meaning: "Prefix of the frames of all channels with this board.",
  },
} as const satisfies Record<string, SubjectRow>;

export type SubjectName = keyof typeof subjects;

/** The subject of one board, or with `*` of all boards. */
export function subjectOf(name: SubjectName, node: string): string {
  return subjects[name].pattern.replace("{node}", node === "*" ? "*" : nodeToken(node));
}

/** The board that a subject belongs to. */
export function nodeOf(subject: string): string {
  const [, , token] = subject.split(".");
  invariant(token !== undefined && subject.startsWith("kubus.node."), `"${subject}" belongs to no node`);
  return token.replaceAll("_", ".");
}

/** Node names are DNS subdomains: they hold no `_`, so that it can stand for the dot. */
const nodeToken = (node: string): string => {
  invariant(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(node), `"${node}" is not a node name`);
  return node.replaceAll(".", "_");
};

/** What an agent's user on the bus may do: its own branch, its own inbox, nothing else. */
export const agentPermissions = (
  node: string,
): { readonly publish: string[]; readonly subscribe: string[] } => ({
  publish: [`kubus.node.${nodeToken(node)}.>`],
  subscribe: [`kubus.node.${nodeToken(node)}.>`, `${inboxPrefix(node)}.>`],
});

/** The prefix of an agent's reply subjects; a server's own is `_INBOX`. */
export const inboxPrefix = (node: string): string => `_INBOX_${nodeToken(node)}`;

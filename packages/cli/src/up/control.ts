/**
 * The control socket of a running `up`: lines of JSON, one request each, answered by progress and one result.
 *
 * It lies in the cluster's folder (0700): whoever may enter that may steer the cluster.
 */
import { rm } from "node:fs/promises";
import { open, type FileHandle } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { basename, dirname } from "node:path";
import { Complaint } from "../command/command.ts";
import { messageOf } from "../cluster/folder.ts";

export type ControlRequest =
  | { readonly do: "status" }
  | { readonly do: "down" }
  | { readonly do: "cable"; readonly machine: string; readonly state: "plugged" | "pulled" | "silent" }
  | {
      readonly do: "board";
      readonly board: string | undefined;
      readonly deed: "start" | "stop" | "add" | "remove" | "agent-stop" | "agent-start" | "agent-kill";
    };

export type ControlReply =
  | { readonly type: "progress"; readonly line: string }
  /** `at`: when the deed was begun, RFC 3339 with milliseconds. Whoever measures what follows starts there. */
  | { readonly type: "result"; readonly result: unknown; readonly at: string }
  | { readonly type: "complaint"; readonly message: string };

export type Answer = (request: ControlRequest, say: (line: string) => void) => Promise<unknown>;

/** Socket paths are short (108 bytes), folders may be deep: the folder is entered by its descriptor. */
async function shortPath(path: string): Promise<{ readonly short: string; readonly folder: FileHandle }> {
  const folder = await open(dirname(path), "r");
  return { short: `/proc/self/fd/${folder.fd}/${basename(path)}`, folder };
}

export async function serveControl(path: string, answer: Answer): Promise<() => Promise<void>> {
  await rm(path, { force: true });
  const { short, folder } = await shortPath(path);
  const sockets = new Set<Socket>();
  const replies = new Set<Promise<void>>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy()); // Whoever asked has left.
    const tell = (reply: ControlReply) => socket.write(`${JSON.stringify(reply)}\n`);
    createInterface({ input: socket })
      .once("line", (line) => {
        const replying = reply(line, answer, tell).finally(() => {
          replies.delete(replying);
          socket.end();
        });
        replies.add(replying);
      })
      .on("error", () => socket.destroy());
  });
  server.listen(short);
  await once(server, "listening");
  return async () => {
    server.close();
    // Whoever asked for the end is told that it has come.
    await Promise.all(replies);
    for (const socket of sockets) socket.destroySoon();
    await folder.close();
    await rm(path, { force: true });
  };
}

async function reply(line: string, answer: Answer, tell: (reply: ControlReply) => void): Promise<void> {
  try {
    const request = JSON.parse(line) as ControlRequest;
    const at = new Date().toISOString();
    const result = await answer(request, (text) => {
      tell({ type: "progress", line: text });
    });
    tell({ type: "result", result, at });
  } catch (error) {
    tell({ type: "complaint", message: messageOf(error) });
  }
}

export type Answered = Pick<Extract<ControlReply, { readonly type: "result" }>, "result" | "at">;

/** Undefined when nobody listens there. Rejects with `Complaint` when it was refused or broke off. */
export async function askControl(
  path: string,
  request: ControlRequest,
  say: (line: string) => void,
): Promise<Answered | undefined> {
  const { short, folder } = await shortPath(path);
  try {
    const socket = connect(short);
    try {
      await once(socket, "connect");
    } catch {
      return undefined; // No socket, or nobody behind it.
    }
    socket.write(`${JSON.stringify(request)}\n`);
    for await (const line of createInterface({ input: socket })) {
      const reply = JSON.parse(line) as ControlReply;
      if (reply.type === "progress") say(reply.line);
      if (reply.type === "complaint") throw new Complaint(reply.message);
      if (reply.type === "result") return reply;
    }
    throw new Complaint("kubus up ended before it answered.");
  } finally {
    await folder.close();
  }
}

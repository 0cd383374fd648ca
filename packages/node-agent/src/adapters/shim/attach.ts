/**
 * A client at a container's own streams: its output from now on, and its input where it was started with one.
 *
 * As containerd has it: with `stdinOnce` the end of a client's input is the end of the container's, and the client stays
 * for the rest of the output; otherwise, and on a terminal, it is the end of the client's visit.
 */
import { closeSync, constants, openSync, readFileSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import type { SessionResult } from "@kubus/shared/bus/pod-streams.ts";
import type { AttachSession } from "../../ports/runtime.ts";
import { resizer, written } from "./exec.ts";
import type { Living } from "./living.ts";
import { tell } from "./output.ts";
import type { Platform } from "./platform.ts";

const { O_WRONLY, O_NONBLOCK } = constants;

export function startAttach(
  one: Living,
  { stdin: wantsInput }: { readonly stdin: boolean },
  platform: Platform,
): AttachSession {
  const { record, dir } = one;
  const visit = one.tee.join();
  const { stdout, stderr, over } = visit;
  const input = wantsInput && record.stdin === true ? openInput(join(dir, "in")) : undefined;
  const isInputShared = record.stdinOnce !== true || record.tty === true;
  let hasEnded = false;
  const endInput = () => {
    if (hasEnded || !wantsInput || record.stdin !== true) return;
    hasEnded = true;
    if (isInputShared) {
      input?.destroy();
      return;
    }
    // Whoever holds it open lets go only after all of it was written.
    if (input === undefined) tell(join(dir, "eof"));
    else input.end(() => tell(join(dir, "eof")));
  };
  void over.then(() => {
    endInput();
  });
  return {
    stdout,
    stderr,
    writeStdin: (chunk) => (input === undefined ? Promise.resolve() : written(input, chunk)),
    endStdin: () => {
      endInput();
      if (isInputShared && wantsInput) visit.leave();
    },
    resize: record.tty === true ? resizer({ one, platform }, () => terminalOf(dir)) : () => undefined,
    result: over.then(resultOf),
    kill: () => visit.leave(),
  };
}

const resultOf = (why: "ended" | "left" | "standstill"): SessionResult =>
  why === "standstill"
    ? { how: "failed", message: "the client took no output for too long and was let go" }
    : { how: "detached" };

/** Undefined when nobody reads it: the program has closed it, or has ended. */
function openInput(fifo: string): Socket | undefined {
  try {
    const fd = openSync(fifo, O_WRONLY | O_NONBLOCK);
    const socket = socketOn(fd);
    // The program closed its input: what comes is lost, as in a pipe.
    socket.on("error", () => undefined);
    return socket;
  } catch (error) {
    if (!["ENXIO", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    return undefined;
  }
}

function socketOn(fd: number): Socket {
  try {
    return new Socket({ fd, readable: false, writable: true });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function terminalOf(dir: string): string | undefined {
  try {
    return readFileSync(join(dir, "terminal"), "utf8").trim() || undefined;
  } catch {
    return undefined; // It has not said yet which one it got; the client's next size finds it.
  }
}

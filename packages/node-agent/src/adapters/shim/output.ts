/**
 * The agent's end of a container's FIFOs: output that goes straight to the log, and the line that tells of the end.
 *
 * Nothing is kept in memory: what was read is with `onBytes` before the next read, and the pipe itself is the
 * back-pressure. All FIFOs share one buffer, since a piece is used up before the next is read.
 */
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { Socket } from "node:net";

const pieceBytes = 64 * 1024;
const shared = Buffer.allocUnsafeSlow(pieceBytes);

export interface Output {
  /** Reads all that is in the pipe at this moment. */
  drain(): void;
  /** Reads on after `onBytes` asked for a pause. */
  resume(): void;
  close(): void;
}

/** `onBytes` says whether it wants more at once. */
export function readOutput(fifo: string, onBytes: (bytes: Uint8Array) => boolean): Output {
  const fd = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const callback = (length: number) => onBytes(shared.subarray(0, length));
  const socket = new Socket({ fd, readable: true, writable: false, onread: { buffer: shared, callback } });
  socket.on("error", () => undefined); // The container is gone; its end is told by the other line.
  return {
    drain: () => {
      // Once destroyed, the number of the descriptor may be somebody else's.
      for (let length = 1; !socket.destroyed && length > 0;) {
        length = readNow(fd);
        if (length > 0) callback(length);
      }
    },
    resume: () => {
      if (!socket.destroyed) socket.resume();
    },
    close: () => {
      socket.destroy();
    },
  };
}

function readNow(fd: number): number {
  try {
    return readSync(fd, shared);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
    throw error;
  }
}

/** Calls once when nobody holds the other end any more. */
export function whenClosed(fifo: string, onClosed: () => void): { close(): void } {
  const fd = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const socket = new Socket({ fd, readable: true, writable: false });
  let isOver = false;
  const over = () => {
    if (isOver) return;
    isOver = true;
    socket.destroy();
    onClosed();
  };
  socket.once("end", over).once("error", over).resume();
  return {
    close: () => {
      isOver = true;
      socket.destroy();
    },
  };
}

/** One line into a FIFO that somebody may be waiting at. */
export function tell(fifo: string): void {
  try {
    const fd = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
    writeSync(fd, "\n");
    closeSync(fd);
  } catch (error) {
    // ENXIO: nobody waits there any more. ENOENT: it went with its folder.
    if (!["ENXIO", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

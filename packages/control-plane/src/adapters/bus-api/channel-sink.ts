/** A channel's outgoing direction as a sink: what was written waits here until the channel has credit for it. */
import type { Channel } from "@kubus/shared/bus/channel.ts";
import type { Sink } from "../../api/request.ts";

export function channelSink(channel: Channel): Sink {
  const gone = new AbortController();
  let waiting = 0;
  // Writes one after the other; the last link of the chain is what a writer waits for.
  let last: Promise<void> = Promise.resolve();
  const leave = () => gone.abort();
  void channel.closed.then(leave);
  return {
    write: (chunk) => {
      if (gone.signal.aborted) return;
      waiting += chunk.length;
      last = last
        .then(() => channel.write(chunk))
        .catch(leave)
        .then(() => {
          waiting -= chunk.length;
        });
    },
    waitingBytes: () => waiting,
    drained: () => last,
    end: () => {
      // A channel that broke meanwhile needs no end.
      last = last.then(() => channel.end()).catch(leave);
    },
    cut: (reason) => channel.reset(reason),
    gone: gone.signal,
  };
}

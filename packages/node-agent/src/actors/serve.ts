/**
 * Shows this process' actors to a server while it looks: charts, what lives, each change.
 *
 * The channel must not be shown in the registry itself: each line would be followed by one about its own sending.
 * A slow channel gets the latest state of each actor instead of every step: what waits is bounded by what lives.
 */
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import type { Channel, Channels } from "@kubus/shared/bus/channel.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import { encodeLine, followActors, type ActorLine } from "@kubus/shared/feed/actor-lines.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";

export function serveActors(node: string, channels: Channels, registry: ActorRegistry): Subscription {
  return channels.accept(subjectOf("actors", node), (_, channel) => {
    const outbox = outboxTo(channel);
    const stop = followActors(registry, outbox.put);
    void channel.closed.then(() => {
      stop();
      outbox.close();
    });
  });
}

/** Lines wait under their actor's name; a newer one takes the place of the one that waits. */
function outboxTo(channel: Channel) {
  const waiting = new Map<string, ActorLine>();
  let isSending = false;
  let isOpen = true;
  const send = async () => {
    isSending = true;
    for (let [first] = waiting; isOpen && first !== undefined; [first] = waiting) {
      const [name, line] = first;
      waiting.delete(name);
      await channel.write(encodeLine(line));
    }
    isSending = false;
  };
  let firsts = 0;
  return {
    put: (line: ActorLine): void => {
      if (!isOpen) return;
      // Charts and the first list are never replaced.
      const name = "report" in line ? `actor ${line.report.id}` : `first ${(firsts += 1)}`;
      waiting.delete(name);
      waiting.set(name, line);
      // A channel that broke says so through `closed`.
      if (!isSending) void send().catch(() => (isOpen = false));
    },
    close: (): void => {
      isOpen = false;
      waiting.clear();
    },
  };
}

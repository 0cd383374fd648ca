/**
 * What one receiver is still to be told. Bounded, whatever happens and however slow the receiver is.
 *
 * While the receiver keeps up, every message goes out at once and in order. When it falls behind, only the newest
 * message for each thing is kept; when even that is too much, all of it is dropped and told anew from what is true then.
 */
import type { FeedMessage } from "@kubus/shared/feed/messages.ts";

/** Takes text, and knows how much of it has not left yet. */
export interface Receiver {
  send(text: string): void;
  /** Bytes that were sent and not yet taken. */
  bufferedAmount(): number;
}

export interface Outbox {
  /** `key` names the thing that the message tells of; a newer message about it replaces an older one. */
  put(key: string, message: FeedMessage): void;
  /** Sends what waits, as much as the receiver takes. */
  flush(): void;
  /** Whether the receiver takes more. */
  hasRoom(): boolean;
}

export interface OutboxOptions {
  readonly receiver: Receiver;
  /** The receiver fell behind: `flush` must be called once it has room. Called once for each time. */
  readonly onBehind: () => void;
  /** Too much was missed: everything must be put anew. Called within `flush`. */
  readonly refill: () => void;
}

export const outboxLimits = {
  /** More than this under way means that the receiver does not keep up. A snapshot of 1,000 pods is 3 MB. */
  bufferedBytesMax: 1024 * 1024,
  /** Things that wait at most; beyond it, all is told anew. */
  waitingMax: 5_000,
} as const;

export function makeOutbox({ receiver, onBehind, refill }: OutboxOptions): Outbox {
  const waiting = new Map<string, FeedMessage>();
  let delivery: "direct" | "behind" | "lost" = "direct";

  const hasRoom = () => receiver.bufferedAmount() < outboxLimits.bufferedBytesMax;
  const put = (key: string, message: FeedMessage) => {
    if (delivery === "lost") return;
    if (delivery === "direct" && hasRoom()) {
      receiver.send(JSON.stringify(message));
      return;
    }
    waiting.delete(key); // The newest goes to the end: order among different things stays that of their last change.
    waiting.set(key, message);
    if (waiting.size > outboxLimits.waitingMax) {
      waiting.clear();
      delivery = "lost";
    } else if (delivery === "direct") {
      delivery = "behind";
      onBehind();
    }
  };
  const flush = () => {
    const wasLost = delivery === "lost";
    delivery = "direct";
    const messages = [...waiting];
    waiting.clear();
    for (const [key, message] of messages) put(key, message);
    if (wasLost) refill();
  };
  return { put, flush, hasRoom };
}

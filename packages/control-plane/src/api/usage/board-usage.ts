/**
 * What the boards say that they use. A board is asked when somebody wants to know, and not again for a few seconds.
 *
 * A board that does not answer in time has no figures: whoever asks about many waits for none of them long.
 */
import type { Channel } from "@kubus/shared/bus/channel.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import type { UsageReport } from "@kubus/shared/bus/usage.ts";
import { apiLimits } from "../limits.ts";
import type { ApiPorts } from "../ports.ts";
import { usageReportIn } from "./report.ts";

export interface BoardUsage {
  /** Undefined when the board does not tell. */
  of(node: string): Promise<UsageReport | undefined>;
}

type Ports = Pick<ApiPorts, "channels" | "clock" | "log">;

export function makeBoardUsage(ports: Ports): BoardUsage {
  const { clock, log } = ports;
  const asked = new Map<string, { readonly at: number; readonly report: Promise<UsageReport | undefined> }>();
  const forgetOld = () => {
    for (const [node, { at }] of asked)
      if (clock.monotonic() - at >= apiLimits.usageFreshMs) asked.delete(node);
  };
  return {
    of: (node) => {
      forgetOld();
      const known = asked.get(node);
      if (known !== undefined) return known.report;
      const report = reportOf(ports, node).catch((error: unknown) => {
        log.debug("usage.unknown", { node, why: String(error) });
        return undefined;
      });
      asked.set(node, { at: clock.monotonic(), report });
      return report;
    },
  };
}

async function reportOf({ channels, clock }: Ports, node: string): Promise<UsageReport> {
  const deadline = new AbortController();
  const timer = clock.setTimeout(
    () => deadline.abort(new Error("it took too long")),
    apiLimits.usageAnswerMs,
  );
  try {
    const channel = await channels.open({
      subject: subjectOf("usage", node),
      prefix: subjectOf("channel", node),
      opening: new Uint8Array(),
      timeoutMs: apiLimits.usageAnswerMs,
      signal: deadline.signal,
    });
    return usageReportIn(await textOf(channel, deadline.signal));
  } finally {
    clock.clearTimeout(timer);
  }
}

async function textOf(channel: Channel, signal: AbortSignal): Promise<string> {
  const leave = () => channel.reset("the answer takes too long");
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of channel.incoming) {
      length += chunk.length;
      if (length > apiLimits.usageBytesMax) throw new Error("the answer is too long");
      chunks.push(chunk);
    }
    await channel.end();
    return Buffer.concat(chunks).toString();
  } catch (error) {
    channel.reset("the answer is of no use");
    throw error;
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

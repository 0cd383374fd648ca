/**
 * What the boards say that they use. A board is asked when somebody wants to know, and not again for a few seconds.
 *
 * A board that does not answer in time has no figures: whoever asks about many waits for none of them long.
 */
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import type { UsageReport } from "@kubus/shared/bus/usage.ts";
import { shortTextFrom } from "@kubus/shared/bus/short-text.ts";
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
    return usageReportIn(
      await shortTextFrom(channel, { bytesMax: apiLimits.usageBytesMax, signal: deadline.signal }),
    );
  } finally {
    clock.clearTimeout(timer);
  }
}

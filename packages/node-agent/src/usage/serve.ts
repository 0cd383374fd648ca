/** Tells servers what the board and its pods use: one document, then the channel ends. */
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import type { Channels } from "@kubus/shared/bus/channel.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import type { UsageReport } from "@kubus/shared/bus/usage.ts";
import type { Membership } from "../node/membership.ts";
import { nodeUsage } from "./rates.ts";
import type { Sampler } from "./sampler.ts";

export interface UsageOptions {
  readonly node: string;
  readonly channels: Channels;
  readonly sampler: Pick<Sampler, "pods">;
  readonly membership: Pick<Membership, "fares">;
}

export function serveUsage({ node, channels, sampler, membership }: UsageOptions): Subscription {
  const report = (): UsageReport => {
    const pods = sampler.pods();
    const fares = membership.fares();
    return { ...(fares === undefined ? {} : { node: nodeUsage(fares, pods) }), pods };
  };
  return channels.accept(subjectOf("usage", node), async (_, channel) => {
    await channel.write(new TextEncoder().encode(JSON.stringify(report())));
    await channel.end();
  });
}

/**
 * What the processes of a session use, without control groups: summed up from /proc.
 *
 * A process that ended and was waited for by nobody of the session is not counted any more: then the time falls.
 */
import type { ContainerUsage } from "../../ports/runtime.ts";
import { allProcesses, memoryOfProcesses, type ProcessTimes } from "../host/processes.ts";

/** Undefined for a session without processes. */
export function sessionUsage(): (session: number) => Promise<ContainerUsage | undefined> {
  let look: Promise<readonly ProcessTimes[]> | undefined;
  /** Those who ask in the same moment share one look at all processes. */
  const shared = () => {
    look ??= Promise.resolve().then(() => {
      look = undefined;
      return allProcesses();
    });
    return look;
  };
  return async (session) => {
    const own = (await shared()).filter((one) => one.session === session);
    if (own.length === 0) return undefined;
    return {
      cpuSeconds: own.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      workingSetBytes: memoryOfProcesses(own.map(({ pid }) => pid)),
    };
  };
}

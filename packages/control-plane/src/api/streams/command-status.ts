/** How a session ended, as clients read it. Pure. */
import type { SessionResult } from "@kubus/shared/bus/pod-streams.ts";
import { Refusal, statusOf } from "@kubus/shared/errors/codes.ts";
import type { CommandStatus } from "./session.ts";

export function statusOfResult(result: SessionResult): CommandStatus {
  if (result.how === "failed") return statusOf(new Refusal("internal", result.message));
  if (result.how === "detached" || result.exitCode === 0) return { metadata: {}, status: "Success" };
  return {
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: exit status ${result.exitCode}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(result.exitCode) }] },
  };
}

export const statusOfError = (error: unknown): CommandStatus =>
  statusOf(
    error instanceof Refusal
      ? error
      : new Refusal(
          "internal",
          `the session broke: ${error instanceof Error ? error.message : String(error)}`,
        ),
  );

/** What clients from before version 4 of the protocol read: nothing, or a sentence. */
export const textOfStatus = ({ status, message = "" }: CommandStatus): string =>
  status === "Success" ? "" : message;

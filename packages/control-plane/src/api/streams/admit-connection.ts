/** Connections to something that runs (exec, attach, port-forward, proxy) are admitted, too: CONNECT, with their options. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { admitConnection } from "../admission.ts";
import { withAdmission } from "../admission/world.ts";
import type { Call } from "../call.ts";
import { isTrue } from "../query.ts";
import type { ApiState } from "../ports.ts";

type Options = Readonly<Record<string, unknown>>;

/** Rejects with a refusal when somebody says no. */
export async function connectionAdmitted(state: ApiState, call: Call): Promise<void> {
  const { kind, served, namespace, name = "", subresource = "", user } = call;
  const attempt = { kind, served, namespace, name, subresource, user, previous: undefined } as const;
  const object = optionsOf(call) as unknown as KubeObject;
  await withAdmission(state, call, (world) =>
    admitConnection({ ...attempt, operation: "connect", dryRun: false, object }, world),
  );
}

/** As the query says them: `PodExecOptions` and the like. */
function optionsOf({ kind, subresource = "", request: { query }, rest = "" }: Call): Options {
  const typed = (name: string, options: Options) => ({ apiVersion: "v1", kind: name, ...options });
  const flags = Object.fromEntries(
    ["stdin", "stdout", "stderr", "tty"].flatMap((flag) => (isTrue(query.get(flag)) ? [[flag, true]] : [])),
  );
  const container = query.get("container");
  const command = { ...flags, ...(container === null || container === "" ? {} : { container }) };
  switch (subresource) {
    case "exec":
      return typed("PodExecOptions", { ...command, command: query.getAll("command") });
    case "attach":
      return typed("PodAttachOptions", command);
    case "portforward": {
      const ports = query.getAll("ports").flatMap((text) => text.split(",").map(Number));
      return typed("PodPortForwardOptions", ports.length === 0 ? {} : { ports });
    }
    default:
      return typed(`${kind.kind}ProxyOptions`, rest === "" ? {} : { path: rest });
  }
}

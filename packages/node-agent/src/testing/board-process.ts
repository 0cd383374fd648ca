/**
 * A tiny agent for tests: the process runtime and the pod network in a process of its own, to be killed, and to be
 * started in a network namespace that is a board.
 *
 * It is called by lines of JSON, `{ call, args }`, and answers in order: `{ value }` or `{ error }`.
 */
import { createInterface } from "node:readline";
import { silentLog } from "@kubus/shared/log/log.ts";
import { systemClock as clock } from "@kubus/shared/time/system-clock.ts";
import { linuxNetwork } from "../adapters/linux-network/linux-network.ts";
import { openProcessRuntime, type ProcessRuntimeOptions } from "../adapters/process/runtime.ts";
import type { Peer } from "../ports/network.ts";
import type { ContainerIdentity, ContainerSpec, SandboxSpec } from "../ports/runtime.ts";
import { textOf } from "./bytes.ts";

const { config, podCidr, link } = JSON.parse(process.argv[2] ?? "{}") as {
  readonly config: ProcessRuntimeOptions["config"];
  readonly podCidr: string;
  readonly link?: string;
};
const never = new AbortController().signal;
const onError = (error: unknown) => {
  throw error;
};
const network = linuxNetwork({ clock, log: silentLog, onError, ...(link === undefined ? {} : { link }) });
await network.prepare(podCidr);
const runtime = await openProcessRuntime({ config, network, clock, log: silentLog });
const links: string[] = [];
network.onLinkChange((state) => void links.push(state));

const calls = {
  sandbox: (spec: SandboxSpec) => runtime.ensureSandbox(spec, never),
  removeSandbox: (podUid: string) => runtime.removeSandbox(podUid),
  start: (spec: ContainerSpec) => runtime.startContainer(spec, never),
  inspect: (id: ContainerIdentity) => runtime.inspectContainer(id),
  awaitExit: (id: ContainerIdentity) => runtime.awaitExit(id, never),
  peers: (peers: readonly Peer[]) => network.syncPeers(peers),
  links: () => links,
  exec: async ({ id, command }: { readonly id: ContainerIdentity; readonly command: readonly string[] }) => {
    const session = await runtime.exec(id, { command, tty: false, stdin: false });
    const [out, error] = await Promise.all([textOf(session.stdout), textOf(session.stderr)]);
    return { out, error, result: await session.result };
  },
};
export type BoardCalls = typeof calls;

process.stdout.write(`${JSON.stringify({ value: "open" })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const { call, args } = JSON.parse(line) as { readonly call: keyof BoardCalls; readonly args: never };
  const answer = await Promise.resolve(calls[call](args)).then(
    (value: unknown) => ({ value }),
    (error: unknown) => ({ error: String(error) }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit();

/**
 * Watches one run of one container with its probes: the startup probe first, then the others.
 *
 * Ends with the run. What a run was known to be before this agent began is believed until its probes say otherwise.
 */
import type { Container } from "@kubus/shared/api/pod.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Checks } from "../ports/checks.ts";
import type { ContainerIdentity, Runtime } from "../ports/runtime.ts";
import { probeMachine, type Verdict } from "./machine.ts";
import { probeOf, type Check, type ProbeRole, type ProbeSpec } from "./spec.ts";

export interface WatchOptions {
  readonly container: Container;
  readonly id: ContainerIdentity;
  /** For people: `default/web/main`. */
  readonly name: string;
  readonly podIp: string;
  /** What the API said about this very run when the agent began. */
  readonly known: { readonly started: boolean; readonly ready: boolean };
  readonly runtime: Pick<Runtime, "exec">;
  readonly checks: Checks;
  readonly clock: Clock;
  readonly registry?: ActorRegistry;
  readonly onError: (error: unknown) => void;
  /** Readiness or startup changed. */
  readonly onChange: () => void;
  /** A check failed, in words. */
  readonly onFailure: (role: ProbeRole, message: string) => void;
  /** The container should be stopped and started again. */
  readonly onUnhealthy: () => void;
}

export interface Watch {
  hasStarted(): boolean;
  isReady(): boolean;
  stop(): void;
}

export function watchContainer(options: WatchOptions): Watch {
  const { container, known, onChange, onUnhealthy } = options;
  const running: { stop(): void }[] = [];
  const startup = known.started ? undefined : probeOf(container, "startup");
  const readiness = probeOf(container, "readiness");
  const liveness = probeOf(container, "liveness");
  let started = startup === undefined;
  let ready: Verdict = readiness === undefined || known.ready ? "passing" : "failing";

  const begin = () => {
    started = true;
    if (liveness !== undefined) {
      running.push(ask(options, liveness, "passing", (verdict) => verdict === "failing" && onUnhealthy()));
    }
    if (readiness === undefined) return;
    const note = (verdict: Verdict) => {
      if (verdict === ready) return;
      ready = verdict;
      onChange();
    };
    running.push(ask(options, readiness, ready, note));
  };
  if (startup === undefined) begin();
  else {
    const settled = (verdict: Verdict, isOver: boolean) => {
      if (!isOver) return;
      if (verdict === "failing") onUnhealthy();
      else begin();
      onChange();
    };
    running.push(ask(options, startup, "failing", settled));
  }
  return {
    hasStarted: () => started,
    isReady: () => started && ready === "passing",
    stop: () => {
      for (const one of running) one.stop();
    },
  };
}

/** Starts one probe; `onVerdict` is called after every answer. */
function ask(
  options: WatchOptions,
  spec: ProbeSpec,
  verdict: Verdict,
  onVerdict: (verdict: Verdict, isOver: boolean) => void,
): { stop(): void } {
  const { name, clock, registry, onError, onFailure } = options;
  const check = fill<unknown, ProbeSpec>((asked, signal) => runCheck(options, asked.check, signal));
  const actor = startActor(probeMachine.provide({ actors: { check } }), {
    id: `probe ${name} ${spec.role}`,
    input: { spec, verdict },
    clock,
    onError,
    ...(registry === undefined ? {} : { registry }),
  });
  actor.subscribe(({ value, context, status }) => {
    if (value !== "resting" && status !== "done") return;
    if (context.streak < 0) onFailure(spec.role, context.message);
    onVerdict(context.verdict, status === "done");
  });
  return { stop: () => actor.stop() };
}

async function runCheck(
  { podIp, id, checks, runtime }: WatchOptions,
  check: Check,
  signal: AbortSignal,
): Promise<void> {
  if (check.how === "exec") return runCommand(runtime, id, check.command, signal);
  const target = { ...check, host: check.host ?? podIp };
  return target.how === "tcp" ? checks.tcp(target, signal) : checks.http(target, signal);
}

/** How much of a failed command's output is shown. */
const outputMax = 1_024;

async function runCommand(
  runtime: Pick<Runtime, "exec">,
  id: ContainerIdentity,
  command: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const session = await runtime.exec(id, { command, tty: false, stdin: false });
  const end = () => session.kill();
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const [out, err, result] = await Promise.all([
    textOf(session.stdout),
    textOf(session.stderr),
    session.result,
  ]);
  signal.removeEventListener("abort", end);
  if (result.how === "failed") throw new Error(result.message);
  if (result.exitCode !== 0)
    throw new Error(`command exited with ${result.exitCode}: ${out}${err}`.trimEnd());
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of chunks)
    if (text.length < outputMax) text += decoder.decode(chunk, { stream: true });
  return text.slice(0, outputMax);
}

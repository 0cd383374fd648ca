/** What clients do with the programs of a board in memory: commands, visits, connections. */
import type { ByteStream } from "@kubus/shared/bus/byte-stream.ts";
import { byteQueue } from "./byte-queue.ts";
import type { AttachSession, ContainerSpec, ExecOptions, ExecSession, Exit } from "./runtime.ts";

/** What a program does once it is started. */
export interface MemoryProgram {
  /** It ends by itself after so long; absent: it runs until it is stopped. */
  readonly endsAfterMs?: number;
  readonly exitCode?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  /** `ignores`: only SIGKILL ends it. */
  readonly onTerm?: "dies" | "ignores";
  /** How SIGTERM ends it; absent: 143, as the default action does. */
  readonly termExitCode?: number;
  /** Written when SIGTERM ends it. */
  readonly lastWords?: string;
  /** In exec: what arrives at stdin leaves at stdout; it ends with stdin. */
  readonly copiesStdin?: boolean;
  /** What it uses while it runs; nothing unless told. */
  readonly uses?: { readonly cpuMillis: number; readonly memoryBytes: number };
  /** Gives back what arrives at this port. */
  readonly echoesAt?: number;
}

export const exitCodes = { term: 143, kill: 137 } as const;

export interface MemoryContainer {
  readonly spec: ContainerSpec;
  readonly program: MemoryProgram;
  readonly pid: number;
  readonly startedAt: number;
  readonly exited: PromiseWithResolvers<Exit>;
  readonly execs: Set<() => void>;
  /** Attached clients; each gets what is written from now on. */
  readonly clients: Set<(bytes: Uint8Array) => void>;
  timer: unknown;
  exit?: Exit;
}

export function execIn(
  { execs }: MemoryContainer,
  { stdin }: ExecOptions,
  program: MemoryProgram,
): ExecSession {
  const [stdout, stderr] = [byteQueue(), byteQueue()];
  const result = Promise.withResolvers<Awaited<ExecSession["result"]>>();
  const finish = (exitCode: number) => {
    execs.delete(kill);
    stdout.end();
    stderr.end();
    result.resolve({ how: "exited", exitCode });
  };
  const kill = () => finish(exitCodes.kill);
  execs.add(kill);
  void stdout.push(new TextEncoder().encode(program.stdout ?? ""));
  void stderr.push(new TextEncoder().encode(program.stderr ?? ""));
  const copies = program.copiesStdin === true;
  if (program.endsAfterMs !== undefined || (copies && !stdin)) finish(program.exitCode ?? 0);
  return {
    stdout,
    stderr,
    writeStdin: async (chunk) => {
      if (copies) await stdout.push(chunk.slice());
    },
    endStdin: () => {
      if (copies) finish(program.exitCode ?? 0);
    },
    resize: () => undefined,
    result: result.promise,
    kill,
  };
}

export function attachTo(
  container: MemoryContainer,
  how: {
    readonly takesInput: boolean;
    readonly say: (bytes: Uint8Array) => void;
    readonly end: (container: MemoryContainer, exitCode: number) => void;
  },
): AttachSession {
  const { spec, program, clients, exited } = container;
  const [stdout, stderr] = [byteQueue(), byteQueue()];
  const over = Promise.withResolvers<undefined>();
  const give = (bytes: Uint8Array) => void stdout.push(bytes);
  const leave = () => {
    clients.delete(give);
    stdout.end();
    stderr.end();
    over.resolve(undefined);
  };
  clients.add(give);
  void exited.promise.then(leave);
  return {
    stdout,
    stderr,
    writeStdin: (chunk) => {
      if (how.takesInput && program.copiesStdin === true) how.say(chunk.slice());
      return Promise.resolve();
    },
    endStdin: () => {
      if (!how.takesInput) return;
      if (!spec.stdinOnce || spec.tty) leave();
      else if (program.copiesStdin === true) how.end(container, program.exitCode ?? 0);
    },
    resize: () => undefined,
    result: over.promise.then(() => ({ how: "detached" })),
    kill: leave,
  };
}

export function echoing(): ByteStream {
  const queue = byteQueue();
  return {
    incoming: queue,
    write: (chunk) => queue.push(chunk.slice()),
    end: () => {
      queue.end();
      return Promise.resolve();
    },
    reset: () => queue.end(),
  };
}

/**
 * One container as its shim shows it, from its start or adoption to its end.
 *
 * The end is told by the monitor letting go of a FIFO; only then are the last bytes read, the log closed and the
 * monitor dismissed. A monitor that is gone without a word takes its container with it: nobody could tell its end.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Exit, Running } from "../../ports/runtime.ts";
import type { CriLog, LogStream } from "../cri-log/cri-log.ts";
import { readExit, readMonitor, type ContainerRecord, type Started } from "./folder.ts";
import { readOutput, tell, whenClosed, type Output } from "./output.ts";
import { isAlive, type ProcessIdentity } from "./process-identity.ts";
import { makeTee, type Tee } from "./tee.ts";

export interface Living {
  readonly record: ContainerRecord;
  readonly dir: string;
  readonly process: ProcessIdentity;
  readonly running: Running;
  exit(): Exit | undefined;
  readonly exited: Promise<Exit>;
  /** Output from now on. */
  readonly tee: Pick<Tee, "join">;
  /** Lets go of it as a dying agent does: it runs on. */
  release(): void;
}

export interface LivingWorld {
  readonly clock: Clock;
  readonly openLog: (path: string) => CriLog;
  readonly outOfMemory: (record: ContainerRecord) => boolean;
  /** SIGKILL to everything of a container that lost its monitor. */
  readonly killLost: (living: Pick<Living, "dir" | "record" | "process">) => Promise<void>;
  readonly onTrouble: (what: string, record: ContainerRecord, error: unknown) => void;
}

/** As a shell tells a SIGKILL. */
const killedExitCode = 137;

export interface LivingOptions extends Started {
  readonly record: ContainerRecord;
  readonly dir: string;
}

export function followContainer(options: LivingOptions, world: LivingWorld): Living {
  const { record, dir, process, startedAt } = options;
  const at = (name: string) => join(dir, name);
  const exited = Promise.withResolvers<Exit>();
  let exit: Exit | undefined;

  const log = world.openLog(record.logPath);
  const tee = makeTee({ clock: world.clock, onRoom: () => outputs.forEach((output) => output.resume()) });
  const write = (stream: LogStream) => (bytes: Uint8Array) => {
    try {
      log.write(stream, bytes);
    } catch (error) {
      // A full disk must not stop the program: its output is lost, and that is said.
      world.onTrouble("log.lost", record, error);
    }
    return tee.push(stream, bytes);
  };
  const outputs: readonly Output[] = [
    readOutput(at("out"), write("stdout")),
    readOutput(at("err"), write("stderr")),
  ];
  const close = () => {
    for (const output of outputs) output.close();
    log.close();
  };
  const end = ({ exitCode, finishedAt }: { readonly exitCode: number; readonly finishedAt: number }) => {
    for (const output of outputs) output.drain();
    tee.end();
    close();
    exit = { exitCode, startedAt, finishedAt, outOfMemory: world.outOfMemory(record) };
    tell(at("ack"));
    tell(at("eof"));
    exited.resolve(exit);
  };
  const endLost = async () => {
    world.onTrouble("container.lost", record, new Error("Its monitor is gone."));
    await world.killLost({ dir, record, process });
    writeFileSync(at("exit"), `${killedExitCode}\n`);
    end(readExit(dir) ?? { exitCode: killedExitCode, finishedAt: startedAt });
  };
  let isEnding = false;
  const settle = () => {
    if (isEnding) return;
    isEnding = true;
    const found = readExit(dir);
    if (found !== undefined) end(found);
    else endLost().catch((error: unknown) => world.onTrouble("container.unkillable", record, error));
  };
  const life = whenClosed(at("life"), settle);
  // It may have ended before anybody looked; then the line stays silent.
  const monitor = readMonitor(dir);
  if (readExit(dir) !== undefined || monitor === undefined || !isAlive(monitor)) {
    life.close();
    settle();
  }

  return {
    record,
    dir,
    process,
    running: { pid: process.pid, startedAt },
    exit: () => exit,
    exited: exited.promise,
    tee,
    release: () => {
      life.close();
      if (!isEnding) close();
      isEnding = true;
    },
  };
}

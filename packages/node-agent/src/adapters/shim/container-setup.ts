/** The files and the command line that become one container. */
import type { ContainerSpec } from "../../ports/runtime.ts";
import { environmentScript, type Environment } from "./environment.ts";
import type { ContainerRecord } from "./folder.ts";
import type { Entry, Platform } from "./platform.ts";
import { commandOf, requireProgram, standardPath } from "./program.ts";
import { enterText, quoted, type Scripts } from "./scripts.ts";

/** Who a container runs as unless asked otherwise. */
const nobody = { uid: 65_534, gid: 65_534 } as const;

export interface ContainerSetup {
  readonly record: ContainerRecord;
  /** By name, for the container's folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
}

/** Rejects with a RuntimeRefusal when the container cannot be started as it is asked for. */
export async function containerSetup(
  spec: ContainerSpec,
  {
    dir,
    platform,
    scripts,
  }: { readonly dir: string; readonly platform: Platform; readonly scripts: Scripts },
): Promise<ContainerSetup> {
  const environment = environmentOf(spec);
  const words = commandOf(spec);
  requireProgram(words, environment.findLast(({ name }) => name === "PATH")?.value);
  const { podUid, name, attempt, logPath, privileged, capabilities, workingDir = "/", user = nobody } = spec;
  const { stdin: hasInput, stdinOnce, tty } = spec;
  const record = {
    ...{ podUid, name, attempt, logPath, privileged, capabilities, workingDir, user },
    ...{ stdin: hasInput, stdinOnce, tty },
  };
  const entry = await platform.prepare(spec, record);
  const { monitorGroups, enter, first, root } = entry;
  const stdin = hasInput ? `${dir}/in` : "/dev/null";
  return {
    record,
    files: {
      "record.json": JSON.stringify(record),
      environment: environmentScript(environment),
      settings: settings(tty ? onTerminal(words, tellTerminal) : words, {
        entry,
        tty,
        program: words[0] ?? "",
        workingDir,
      }),
      ...(root === undefined ? {} : { fstab: root.fstab }),
    },
    argv: [
      ...["/bin/sh", scripts.launch, dir, monitorGroups.join(" "), hasInput ? "stdin" : ""],
      ...[...enter, "/bin/sh", scripts.monitor, dir, stdin],
      ...[...first, "/bin/sh", scripts.init, dir],
    ],
  };
}

const environmentOf = ({ env, podName, tty, user = nobody }: ContainerSpec): Environment => [
  { name: "PATH", value: standardPath },
  { name: "HOSTNAME", value: podName },
  { name: "HOME", value: user.uid === 0 ? "/root" : "/" },
  ...(tty ? [{ name: "TERM", value: "xterm" }] : []),
  ...env,
];

function settings(
  words: readonly string[],
  {
    entry,
    tty,
    program,
    workingDir,
  }: { readonly entry: Entry; readonly tty: boolean; readonly program: string; readonly workingDir: string },
): string {
  const { groups, root, privileges } = entry;
  const values = {
    groups: groups.join(" "),
    base: root?.base ?? "",
    workdir: workingDir,
    program,
    privileges: privileges.join(" "),
    terminal: tty ? "yes" : "",
    enter: enterText,
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${quoted(value)}`);
  return `${lines.join("\n")}\nset -- ${words.map(quoted).join(" ")}\n`;
}

/** Tells the terminal's name on descriptor 4, then gets out of the way. */
export const tellTerminal = "/usr/bin/tty >&4; exec 4>&-; ";

/** The command on a terminal of its own. `script` passes its exit code on and keeps no record. */
export const onTerminal = (words: readonly string[], before = ""): readonly string[] => [
  ...["script", "--quiet", "--flush", "--return", "--echo", "always"],
  ...["--command", `${before}exec ${words.map(quoted).join(" ")}`, "/dev/null"],
];

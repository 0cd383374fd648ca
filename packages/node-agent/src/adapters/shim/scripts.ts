/**
 * The shim: three small shell scripts that a container consists of besides its own program.
 *
 * launch.sh makes the FIFOs and becomes monitor.sh, which stays outside the container: it outlives the agent, holds
 * the FIFOs open, and writes down how the container ended. init.sh is the container's first process: it furnishes the
 * root, starts the program, forwards signals, reaps orphans and ends as the program ends. Dash takes about 0.2 MB.
 * The scripts lie in a folder named by their content, so that an upgrade never changes one that runs.
 */
import { createHash } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * launch.sh DIR GROUPS STDIN COMMAND...: COMMAND enters the namespaces and ends in monitor.sh.
 *
 * Input stays open while attached clients come and go, and while the agent is away: somebody holds its other end until
 * a line on `eof` lets it go.
 */
const launch = `# Makes a container's FIFOs, leaves the agent's control group, becomes the monitor.
set -e
umask 022
dir=$1 groups=$2 stdin=$3
shift 3
mkfifo -m 666 "$dir/in" "$dir/out" "$dir/err"
mkfifo -m 600 "$dir/life" "$dir/ack"
for group in $groups; do echo 0 > "$group"; done
read -r stat < /proc/self/stat
printf '%s\\n' "$stat" > "$dir/monitor"
if [ -n "$stdin" ]; then
  mkfifo -m 600 "$dir/eof"
  exec 8<>"$dir/in" 9<>"$dir/eof"
  (trap '' HUP INT TERM QUIT; read -r line <&9) </dev/null >/dev/null 2>&1 &
  exec 8>&- 9>&-
fi
exec "$@"
`;

/**
 * monitor.sh DIR STDIN COMMAND...: COMMAND is the container's first process.
 *
 * The process namespace may already be another, in which only that first process can be forked: builtins only here.
 */
const monitor = `# Waits for a container outside of it. Descriptor 6 closes when it has ended; a line on 7: all output was read.
dir=$1 stdin=$2
shift 2
trap : HUP INT TERM QUIT
exec 3>&1 4<>"$dir/out" 5<>"$dir/err" 6<>"$dir/life" 7<>"$dir/ack"
# The shell's own remarks ("Killed") would go to an agent that is long gone, and end the monitor with SIGPIPE.
exec >/dev/null 2>&1
"$@" <"$stdin" >&3 2>&3 6>&- 7>&-
code=$?
exec 3>&-
printf '%d\\n' "$code" > "$dir/exit"
exec 6>&-
read -r line <&7
`;

/**
 * init.sh DIR: descriptor 0 is stdin, 3 the agent's report, 4 and 5 output.
 *
 * `settings` gives the groups, the root, the privileges and, as "$@", the command. The environment is read only
 * after the privileges were dropped: LD_PRELOAD and its like must not reach a program that still has them.
 * The wait of the shell returns early when a signal was forwarded; only a child that is gone ends the loop.
 */
const init = `# The first process of a container.
set -e
umask 022
dir=$1
exec 1>&3 2>&3 6<&0 8<"$dir/environment" 9>"$dir/pid"
read -r stat < /proc/self/stat
. "$dir/settings"
[ -z "$terminal" ] || exec 7>"$dir/terminal"
for group in $groups; do echo 0 > "$group"; done
if [ -n "$base" ]; then
  cd "$base"
  mount -n -a -T "$dir/fstab"
  cd root
  pivot_root . .
  umount -n -l .
  cd /
  [ -d "$workdir" ] || mkdir -p "$workdir"
fi
cd "$workdir"
case $program in
  */*) [ -f "$program" ] && [ -x "$program" ] || { printf 'exec: "%s": no such program in the container\\n' "$program"; exit 127; } ;;
esac
set +e
forward() { interrupted=yes; kill -s "$1" "$!" 2>/dev/null; }
for signal in TERM INT HUP QUIT USR1 USR2 WINCH; do trap "forward $signal" $signal; done
printf '%s\\n' "$stat" >&9
(
  # From here on signals take effect: the traps of the shell are not this one's any more.
  [ -n "$base" ] || { read -r own rest < /proc/self/stat; printf '%s\\n' "$own" > "$dir/group"; }
  echo ready >&3
  exec <&6 >&4 2>&5 3<&8 4>&- 5>&- 6<&- 8<&- 9>&-
  [ -z "$terminal" ] || exec 4>&7 7>&-
  exec $privileges /bin/sh -c "$enter" sh "$@"
) &
child=$!
exec </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6<&- 7>&- 8<&- 9>&-
while :; do
  interrupted=
  wait "$child"
  code=$?
  [ -n "$interrupted" ] && kill -0 "$child" 2>/dev/null || break
done
# Without a process namespace what the program leaves behind is its group.
[ -n "$base" ] || kill -s KILL -- "-$child" 2>/dev/null
exit "$code"
`;

/**
 * What stands between dropped privileges and the program: the environment comes from descriptor 3, and dash's habit
 * of ignoring INT and QUIT in the background is undone.
 */
export const enterText =
  '. /proc/self/fd/3; exec 3<&-; exec /usr/bin/env -u PWD -u OLDPWD --default-signal -- "$@"';

const texts = { "launch.sh": launch, "monitor.sh": monitor, "init.sh": init };

export interface Scripts {
  readonly launch: string;
  readonly monitor: string;
  readonly init: string;
}

/** Writes the scripts below `dir` unless they are there. Several at once do no harm. */
export async function installScripts(
  dir: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Scripts & { readonly folder: string }> {
  const all = { ...texts, ...more };
  const hash = createHash("sha256").update(JSON.stringify(all)).digest("hex").slice(0, 12);
  const folder = join(dir, `scripts-${hash}`);
  const at = {
    folder,
    launch: join(folder, "launch.sh"),
    monitor: join(folder, "monitor.sh"),
    init: join(folder, "init.sh"),
  };
  if (existsSync(folder)) return at;
  const half = `${folder}.${process.pid}`;
  await mkdir(half, { recursive: true });
  await Promise.all(Object.entries(all).map(([name, text]) => writeFile(join(half, name), text)));
  try {
    await rename(half, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    await rm(half, { recursive: true, force: true }); // Another agent start was faster, with the same content.
  }
  return at;
}

/** A word as a POSIX shell reads it back unchanged. */
export const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

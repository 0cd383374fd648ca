/**
 * A container's environment as a shell reads it: exports, and the names that a shell cannot hold as words for `env`.
 *
 * Pure. Values never appear on a command line, except those with odd names, for the moment of an exec.
 */
import { RuntimeRefusal } from "../../ports/runtime.ts";
import { quoted } from "./scripts.ts";

export type Environment = readonly { readonly name: string; readonly value: string }[];

const shellName = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Names with a meaning for the shell itself: set, they would change or end it. */
const reserved = new Set([
  "IFS",
  "OPTIND",
  "PPID",
  "PWD",
  "OLDPWD",
  "PS1",
  "PS2",
  "PS4",
  "LINENO",
  "ENV",
  "MAIL",
]);

/** Later entries win. Throws a RuntimeRefusal for a name or value that no process can have. */
export function environmentScript(environment: Environment): string {
  const values = new Map(environment.map(({ name, value }) => [name, value]));
  const odd: string[] = [];
  const lines: string[] = [];
  for (const [name, value] of values) {
    if (name === "" || /[=\0]/.test(name) || value.includes("\0")) {
      throw new RuntimeRefusal(
        "CreateContainerConfigError",
        `environment variable ${JSON.stringify(name)} is invalid`,
      );
    }
    if (shellName.test(name) && !reserved.has(name)) lines.push(`export ${name}=${quoted(value)}`);
    else odd.push(quoted(`${name}=${value}`));
  }
  if (odd.length > 0) lines.push(`set -- ${odd.join(" ")} "$@"`);
  return `${lines.join("\n")}\n`;
}

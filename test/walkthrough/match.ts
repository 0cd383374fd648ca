/**
 * Whether a command printed what a walk-through says. Pure.
 *
 * - `<any>` within a line is any text, also none.
 * - `$name` is a word that differs from run to run. Where it stands first it is learned; from then on it means that
 *   word, in later output as in later commands. `${name}` is the same, where letters follow.
 * - `...` alone on a line is any number of lines, also none.
 *
 * Blanks are compared as one blank, and empty lines not at all: columns are as wide as their widest word.
 */
export type Names = Readonly<Record<string, string>>;

export type Comparison =
  | { readonly fits: true; readonly names: Names }
  /** `missing`: the first line that is expected and not there. Undefined: there are lines too many. */
  | { readonly fits: false; readonly missing: string | undefined };

export function compare(expected: readonly string[], output: string, known: Names): Comparison {
  const got = tidied(output.split("\n")).map((line) => `${line}\n`);
  const wanted = tidied(expected);
  const whole = new RegExp(`^${patternOf(wanted, known)}$`).exec(got.join(""));
  if (whole !== null) return { fits: true, names: { ...known, ...learned(whole) } };
  return { fits: false, missing: firstMissing(wanted, got.join(""), known) };
}

const tidied = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.trim().replace(/\s+/g, " ")).filter((line) => line !== "");

/** Text as a pattern that matches just it. */
const plain = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const learned = ({ groups = {} }: RegExpExecArray): Names => ({ ...groups });

/** The first line at which even the beginning of the output does not fit any more. */
function firstMissing(wanted: readonly string[], got: string, known: Names): string | undefined {
  const fitting = wanted.findIndex(
    (_, index) => !new RegExp(`^${patternOf(wanted.slice(0, index + 1), known)}`).test(got),
  );
  return wanted[fitting];
}

function patternOf(lines: readonly string[], known: Names): string {
  const seen = new Set<string>();
  return lines
    .map((line) => (line === "..." ? "(?:.*\\n)*?" : `${linePattern(line, known, seen)}\\n`))
    .join("");
}

const variable = /<any>|\$\{?([a-z][a-z0-9_]*)\}?/g;

/** `seen`: names that an earlier place of the same output has learned. */
function linePattern(line: string, known: Names, seen: Set<string>): string {
  const parts: string[] = [];
  let at = 0;
  for (const found of line.matchAll(variable)) {
    const [text, name] = found;
    parts.push(plain(line.slice(at, found.index)));
    parts.push(name === undefined ? ".*" : namePattern(name, known, seen));
    at = found.index + text.length;
  }
  return [...parts, plain(line.slice(at))].join("");
}

function namePattern(name: string, known: Names, seen: Set<string>): string {
  const value = known[name];
  if (value !== undefined) return plain(value);
  if (seen.has(name)) return `\\k<${name}>`;
  seen.add(name);
  return `(?<${name}>\\S+)`;
}

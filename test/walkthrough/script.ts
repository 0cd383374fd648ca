/**
 * Reads a walk-through: a text that people read from top to bottom and that a test carries out. Pure.
 *
 * - `# words` are for readers; the first of them is the story's title.
 * - `$ command` must succeed and print the lines below it.
 * - `~ command` is tried again until it succeeds and prints them.
 * - `! command` must fail and print them.
 *
 * A command goes on after a `\` at the end of its line, and to the end of a here-document (`<<EOF`). What lines of
 * output may hold says match.ts. A story that begins with `$ ./kubus up ...` has a cluster of its own, with these flags.
 */
export interface Step {
  /** Of the script, counted from 1. */
  readonly line: number;
  readonly mode: Mode;
  readonly command: string;
  readonly expected: readonly string[];
}

export type Mode = "succeeds" | "comes to" | "fails";

export interface Story {
  readonly title: string;
  /** Flags of `kubus up`, for a story with a cluster of its own. */
  readonly up?: readonly string[];
  readonly steps: readonly Step[];
}

const modes: Readonly<Record<string, Mode>> = { $: "succeeds", "~": "comes to", "!": "fails" };

const ownCluster = /^(?:\.\/)?kubus up(?: (?<flags>.*))?$/;

/** Throws with the line's number for what is no script. */
export function readStory(text: string): Story {
  const lines = text.split("\n");
  const [heading] = lines;
  if (heading === undefined || !heading.startsWith("# "))
    throw new Error("A story begins with # and its title.");
  const steps = stepsOf(lines);
  const [first] = steps;
  if (first === undefined) throw new Error("A story has at least one command.");
  const title = heading.slice(2);
  const up = ownCluster.exec(first.command);
  if (up === null) return { title, steps };
  return { title, up: up.groups?.["flags"]?.split(/\s+/) ?? [], steps: steps.slice(1) };
}

function stepsOf(lines: readonly string[]): readonly Step[] {
  const steps: Step[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const mode = modeOf(line);
    if (mode === undefined) {
      if (!isForReaders(line)) throw new Error(`Line ${at + 1} belongs to no command: ${line}`);
      at += 1;
      continue;
    }
    const end = endOfCommand(lines, at);
    const command = lines.slice(at, end).join("\n").slice(2);
    const below = lines.slice(end);
    const length = below.findIndex((one) => one.startsWith("#") || modeOf(one) !== undefined);
    const expected = length < 0 ? below : below.slice(0, length);
    steps.push({ line: at + 1, mode, command, expected: expected.filter(isWritten) });
    at = end + expected.length;
  }
  return steps;
}

const isWritten = (line: string): boolean => line.trim() !== "";

const isForReaders = (line: string): boolean => line.startsWith("#") || !isWritten(line);

const modeOf = (line: string): Mode | undefined => (line[1] === " " ? modes[line[0] ?? ""] : undefined);

/** The index of the line after a command that begins at `at`. */
function endOfCommand(lines: readonly string[], at: number): number {
  let last = at;
  while (lines[last]?.endsWith("\\") === true) last += 1;
  const command = lines.slice(at, last + 1).join("\n");
  const word = /(?<!<)<<-?(?!<)\s*(['"]?)(?<word>\w+)\1/.exec(command)?.groups?.["word"];
  if (word === undefined) return last + 1;
  const end = lines.indexOf(word, last + 1);
  if (end < 0) throw new Error(`The here-document of line ${at + 1} has no end: ${word} is missing.`);
  return end + 1;
}

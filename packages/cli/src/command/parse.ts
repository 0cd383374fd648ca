/** From words on the command line to a call of one command. Pure; refuses with `Complaint` and a hint. */
import { Complaint, usageExitCode, type Command, type FlagRow } from "./command.ts";

export interface Parsed {
  readonly command: Command;
  readonly args: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
}

const refuse = (message: string): never => {
  throw new Complaint(message, { exitCode: usageExitCode });
};

/** `words` are those after `kubus`. */
export function parse(commands: readonly Command[], words: readonly string[]): Parsed {
  const command = chosen(commands, words);
  const rest = words.slice(command.name.split(" ").length);
  const args: string[] = [];
  const given = new Map<string, string[]>();
  for (let i = 0; i < rest.length; i += 1) {
    const word = rest[i] ?? "";
    if (word === "--") {
      args.push(...rest.slice(i + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      args.push(word);
      continue;
    }
    const { name, row, inline } = flagOf(command, word);
    if (row.kind === "switch") {
      if (inline !== undefined) refuse(`--${name} takes no value.`);
      given.set(name, ["true"]);
      continue;
    }
    const value = inline ?? rest[(i += 1)];
    if (value === undefined) refuse(`--${name} needs a value: ${row.meaning}`);
    given.set(name, [...(given.get(name) ?? []), value as string]);
  }
  checkArgs(command, args);
  return { command, args, flags: valuesOf(command, given) };
}

/** The command with the most words that fit. */
function chosen(commands: readonly Command[], words: readonly string[]): Command {
  const fits = commands.filter(({ name }) => name.split(" ").every((word, i) => words[i] === word));
  const best = fits.toSorted((a, b) => b.name.length - a.name.length).at(0);
  if (best !== undefined) return best;
  const [first = "", second = ""] = words;
  const family = commands.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name);
  if (family.length > 0) return refuse(`"kubus ${first}" needs one more word: ${family.join(", ")}.`);
  const near = nearest(
    `${first} ${second}`.trim(),
    commands.map(({ name }) => name),
  );
  return refuse(`"${first}" is no command of kubus.${hint(near)} All commands: kubus help`);
}

function flagOf(
  command: Command,
  word: string,
): { readonly name: string; readonly row: FlagRow; readonly inline: string | undefined } {
  const [, written = "", inline] = /^--?([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
  const name = word.startsWith("--") ? written : (longNames[written] ?? written);
  const row = command.flags[name];
  if (row !== undefined) return { name, row, inline };
  const near = nearest(name, Object.keys(command.flags));
  return refuse(
    `"kubus ${command.name}" has no flag ${word.split("=")[0] ?? word}.` +
      hint(near === undefined ? undefined : `--${near}`) +
      ` All its flags: kubus help ${command.name}`,
  );
}

/** The few short flags that hands know from kubectl. */
const longNames: Readonly<Record<string, string>> = { o: "output" };

function checkArgs(command: Command, args: readonly string[]): void {
  const open = command.args.at(-1)?.endsWith("...") ?? false;
  const optional = command.args.filter((name) => name.startsWith("[")).length;
  const missing = command.args[args.length];
  if (args.length < command.args.length - optional && missing !== undefined)
    refuse(`"kubus ${command.name}" needs ${missing}. Usage: ${usage(command)}`);
  if (args.length > command.args.length && !open)
    refuse(
      `"kubus ${command.name}" does not know what to do with "${args.at(-1) ?? ""}". Usage: ${usage(command)}`,
    );
}

function valuesOf(
  command: Command,
  given: ReadonlyMap<string, readonly string[]>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(command.flags).map(([name, row]) => [name, valueOf(name, row, given.get(name))]),
  );
}

function valueOf(name: string, row: FlagRow, texts: readonly string[] | undefined): unknown {
  if (row.kind === "switch") return texts !== undefined;
  if (row.kind === "list") return texts ?? [];
  const text = texts?.at(-1);
  if (text === undefined) return row.default;
  return row.kind === "number" ? numberOf(name, row, text) : choiceOf(name, row, text);
}

function numberOf(
  name: string,
  { least = 0, most = Number.MAX_SAFE_INTEGER }: FlagRow,
  text: string,
): number {
  const value = Number(text);
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
  if (!/^\d+$/.test(text) || value < least || value > most)
    refuse(`--${name} must be a whole number, ${range}; "${text}" is not.`);
  return value;
}

function choiceOf(name: string, { choices }: FlagRow, text: string): string {
  if (choices !== undefined && !choices.includes(text))
    refuse(`--${name} must be one of ${choices.join(", ")}; "${text}" is not.`);
  return text;
}

/** `kubus cable pull BOARD [--silent] [--dir DIR]` */
export function usage({ name, args, flags }: Command): string {
  const parts = Object.entries(flags).map(([flag, row]) => {
    const value = row.placeholder ?? row.choices?.join("|") ?? flag.toUpperCase();
    return row.kind === "switch" ? `[--${flag}]` : `[--${flag} ${value}]`;
  });
  return ["kubus", name, ...args, ...parts].join(" ");
}

const hint = (near: string | undefined) => (near === undefined ? "" : ` Did you mean ${near}?`);

/** The candidate with the fewest edits, if it is near enough to be meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: editDistance(word, candidate) }))
    .filter(({ candidate, edits }) => edits <= Math.max(2, candidate.length / 3))
    .toSorted((a, b) => a.edits - b.edits);
  return ranked.at(0)?.candidate;
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}

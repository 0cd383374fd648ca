/**
 * What a subcommand is: its words, its arguments and flags as tables, and what it does.
 *
 * Help, parsing, checking and hints are loops over these tables; a command never parses anything itself.
 */
export interface FlagRow {
  readonly kind: "text" | "number" | "switch" | "list";
  readonly meaning: string;
  readonly default?: string | number;
  /** Bounds of a number, both included. */
  readonly least?: number;
  readonly most?: number;
  readonly choices?: readonly string[];
  /** What stands for the value in the usage line. */
  readonly placeholder?: string;
}

export type FlagTable = Readonly<Record<string, FlagRow>>;

type Value<Row extends FlagRow> = Row["kind"] extends "number"
  ? number
  : Row["kind"] extends "switch"
    ? boolean
    : Row["kind"] extends "list"
      ? readonly string[]
      : string;

/** A switch is always there (false when not given), a list too; others only when given or by default. */
type Given<Row extends FlagRow> = Row["kind"] extends "switch" | "list"
  ? Value<Row>
  : Row extends { readonly default: string | number }
    ? Value<Row>
    : Value<Row> | undefined;

export type FlagValues<Flags extends FlagTable> = { readonly [Name in keyof Flags]: Given<Flags[Name]> };

export interface Call<Flags = Readonly<Record<string, unknown>>> {
  readonly args: readonly string[];
  readonly flags: Flags;
  readonly terminal: Terminal;
}

/** Where a command speaks. Results go to `print`, everything else to `say`. */
export interface Terminal {
  print(line: string): void;
  say(line: string): void;
}

export interface Command {
  /** One or two words: `up`, `cable pull`. */
  readonly name: string;
  /** Names of the arguments. One in brackets may be left out, one that ends in `...` takes the rest. */
  readonly args: readonly string[];
  readonly flags: FlagTable;
  readonly meaning: string;
  /** Resolves to the exit code. Rejects with a `Complaint` for what the user can mend. */
  run(call: Call): Promise<number>;
}

interface TypedCommand<Flags extends FlagTable> extends Omit<Command, "run"> {
  readonly flags: Flags;
  run(call: Call<FlagValues<Flags>>): Promise<number>;
}

/** Types `run`'s flags by the table of flags; the parser keeps that promise. */
export const defineCommand = <const Flags extends FlagTable>(command: TypedCommand<Flags>): Command => ({
  ...command,
  run: (call) => command.run(call as Call<FlagValues<Flags>>),
});

/** What the user did, or what their machine lacks, and what to do about it. Shown without a stack. */
export class Complaint extends Error {
  override readonly name = "Complaint";
  readonly exitCode: number;

  constructor(message: string, options: { readonly exitCode?: number; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.exitCode = options.exitCode ?? 1;
  }
}

/** The exit code of a command line that makes no sense. */
export const usageExitCode = 2;

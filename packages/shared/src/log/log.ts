/**
 * Logs as a port: a constant event name and fields, one line each.
 *
 * One pod can be followed by `pod=default/web`, one node by `node=board-1`.
 */
export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** The same log with fields that every line carries. */
  with(fields: LogFields): Log;
}

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** Builds the port on a function that takes finished lines. */
export function logTo(
  write: (line: string) => void,
  options: { readonly now: () => number; readonly level: LogLevel; readonly fields?: LogFields },
): Log {
  const { now, level: least, fields: carried = {} } = options;
  const line =
    (level: LogLevel) =>
    (event: string, fields: LogFields = {}) => {
      if (levels.indexOf(level) < levels.indexOf(least)) return;
      write(`${new Date(now()).toISOString()} ${level} ${event}${render({ ...carried, ...fields })}\n`);
    };
  return {
    debug: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
    with: (fields) => logTo(write, { ...options, fields: { ...carried, ...fields } }),
  };
}

function render(fields: LogFields): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${quoted(String(value))}`)
    .join("");
}

const quoted = (text: string) => (/^[^\s"=]+$/.test(text) ? text : JSON.stringify(text));

/** Says nothing; for tests and tools. */
export const silentLog: Log = logTo(() => undefined, { now: () => 0, level: "error" });

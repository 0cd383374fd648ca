/** Lines of a container's log file in CRI format: `<RFC 3339 with nanoseconds> <stream> <F|P> <text>`. Pure. */
export interface CriLine {
  readonly time: string;
  readonly stream: string;
  /** Whether the text ends with a newline; a partial one goes on in the next line of its stream. */
  readonly isWhole: boolean;
  readonly text: string;
}

const form = /^(\S+) (\S+) ([FP])(?::\S*)? ?/;

/** Undefined for what is no such line, such as one that a power cut left half written. */
export function parseCriLine(line: string): CriLine | undefined {
  const match = form.exec(line);
  if (match === null) return undefined;
  const [head, time = "", stream = "", tag] = match;
  return { time, stream, isWhole: tag === "F", text: line.slice(head.length) };
}

export interface ShownTerms {
  readonly timestamps: boolean;
  /** Wall-clock milliseconds; lines from before are left out. */
  readonly sinceMs?: number;
}

/** Turns lines into what kubectl prints, one after the other: partial lines are joined again. */
export function logPrinter({ timestamps, sinceMs }: ShownTerms): (line: string) => string {
  /** Streams in the middle of a line. */
  const open = new Set<string>();
  let isReached = sinceMs === undefined;
  return (line) => {
    const parsed = parseCriLine(line);
    if (parsed === undefined) return "";
    const { time, stream, isWhole, text } = parsed;
    isReached ||= Date.parse(time) >= (sinceMs ?? 0);
    if (!isReached) return "";
    const prefix = timestamps && !open.has(stream) ? `${time} ` : "";
    if (isWhole) open.delete(stream);
    else open.add(stream);
    return `${prefix}${text}${isWhole ? "\n" : ""}`;
  };
}

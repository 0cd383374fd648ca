/**
 * What was made outside the cluster's folder, written down BEFORE it is made.
 *
 * Whoever finds the folder later, also after a SIGKILL or a crash, can remove exactly that and nothing else.
 * Entries are removed by writing the journal anew when everything in it is gone.
 */
import { appendFileSync, existsSync, readFileSync, rmSync } from "node:fs";

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, as /proc tells it. */
  readonly start: string;
  readonly boot: string;
}

export type JournalEntry =
  | ({ readonly made: "process"; readonly name: string } & ProcessIdentity)
  | { readonly made: "netns"; readonly name: string }
  | { readonly made: "link"; readonly name: string }
  /** Relative to the hierarchies' roots; everything below it is ours too. */
  | { readonly made: "cgroup"; readonly path: string }
  /** A folder outside the cluster's; whatever is mounted below it is ours. */
  | { readonly made: "runDir"; readonly path: string }
  /** A folder inside the cluster's below which agents may mount. */
  | { readonly made: "mounts"; readonly path: string }
  /** Processes that carry this in their environment, and what descends from them. */
  | { readonly made: "marked"; readonly mark: string }
  /** A file that reserves an address range. */
  | { readonly made: "claim"; readonly path: string };

export interface Journal {
  write(entry: JournalEntry): void;
  entries(): readonly JournalEntry[];
  /** Everything in it is gone. */
  clear(): void;
}

export function openJournal(path: string): Journal {
  const written = new Set<string>();
  return {
    write: (entry) => {
      const line = JSON.stringify(entry);
      if (written.has(line)) return;
      // A process that is killed loses nothing that was handed to the kernel; after a power cut nothing is left anyway.
      appendFileSync(path, `${line}\n`, { mode: 0o600 });
      written.add(line);
    },
    // Somebody may have removed the folder under a living cluster: what this process wrote, it still knows.
    entries: () => [...new Set([...linesOf(path), ...written])].flatMap(entryOf),
    clear: () => {
      rmSync(path, { force: true });
      written.clear();
    },
  };
}

const linesOf = (path: string): readonly string[] =>
  existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];

/** A line that a crash cut off names nothing that was made: the entry is written before the deed. */
function entryOf(line: string): readonly JournalEntry[] {
  try {
    return [JSON.parse(line) as JournalEntry];
  } catch {
    return [];
  }
}

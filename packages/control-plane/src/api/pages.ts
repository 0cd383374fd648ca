/**
 * The rest of lists that are read in pages: all pages show one revision, that of the first.
 *
 * A page's token names the kept list and where it goes on. Kept lists are few and short-lived; whoever comes
 * too late is told so (410) and lists again.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Random } from "@kubus/shared/chance/random.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { apiLimits } from "./limits.ts";
import { badRequest, expired } from "./refusals.ts";

export interface Snapshot {
  /** Whose list this is: path and selectors; a token is good for nothing else. */
  readonly question: string;
  readonly resourceVersion: string;
  readonly objects: readonly KubeObject[];
}

export interface Page {
  readonly resourceVersion: string;
  readonly objects: readonly KubeObject[];
  /** Present when there is more. */
  readonly continueToken?: string;
  readonly remaining?: number;
}

export interface Pages {
  first(snapshot: Snapshot, limit: number): Page;
  next(token: string, question: string, limit: number): Page;
}

interface Kept extends Snapshot {
  readonly until: number;
}

export function makePages({ clock, random }: { readonly clock: Clock; readonly random: Random }): Pages {
  const kept = new Map<string, Kept>();

  const keep = (snapshot: Snapshot): string => {
    for (const [id, { until }] of kept) if (until < clock.monotonic()) kept.delete(id);
    const [oldest] = kept.keys();
    if (kept.size >= apiLimits.pagesKeptMax && oldest !== undefined) kept.delete(oldest);
    const id = random.uuid();
    kept.set(id, { ...snapshot, until: clock.monotonic() + apiLimits.pageKeptMs });
    return id;
  };

  return {
    first: (snapshot, limit) =>
      limit <= 0 || snapshot.objects.length <= limit
        ? { resourceVersion: snapshot.resourceVersion, objects: snapshot.objects }
        : cut(snapshot, { id: keep(snapshot), start: 0, limit }),
    next: (token, question, limit) => {
      const { id, start } = parseToken(token);
      const snapshot = kept.get(id);
      if (snapshot === undefined || snapshot.until < clock.monotonic()) throw tooOld();
      if (snapshot.question !== question)
        throw badRequest("continue key is not valid: it belongs to another list");
      const page = cut(snapshot, { id, start, limit: limit <= 0 ? Number.POSITIVE_INFINITY : limit });
      if (page.continueToken === undefined) kept.delete(id);
      return page;
    },
  };
}

function cut(
  snapshot: Snapshot,
  at: { readonly id: string; readonly start: number; readonly limit: number },
): Page {
  const { objects, resourceVersion } = snapshot;
  const end = at.start + at.limit;
  const page = { resourceVersion, objects: objects.slice(at.start, end) };
  const remaining = objects.length - end;
  return remaining <= 0 ? page : { ...page, continueToken: `${at.id}.${end}`, remaining };
}

function parseToken(token: string): { readonly id: string; readonly start: number } {
  const [id = "", start = ""] = token.split(".");
  if (!/^[-0-9a-f]+$/.test(id) || !/^\d+$/.test(start)) throw badRequest("continue key is not valid");
  return { id, start: Number(start) };
}

const tooOld = () =>
  expired(
    "The provided continue parameter is too old to display a consistent list result. " +
      "You can start a new list without the continue parameter.",
  );

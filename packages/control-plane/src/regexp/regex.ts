/**
 * Regular expressions of other people, matched in time that grows with the text and never explodes: all ways through
 * the expression are followed at once (Thompson, Pike), as Go does it.
 */
import { parseRegex } from "./parse.ts";
import { stepsOf, type Step } from "./steps.ts";
import { makeTest } from "./table.ts";
import { RegexSyntaxError, type Assertion } from "./tree.ts";

export interface Regex {
  readonly test: (text: string) => boolean;
  /** The first match, as offsets in `text`. */
  readonly find: (text: string, from?: number) => readonly [number, number] | undefined;
}

const cacheMax = 500;
const cache = new Map<string, Regex>();

/** Throws `RegexSyntaxError`. Expressions are remembered. */
export function regexOf(source: string): Regex {
  const known = cache.get(source);
  if (known !== undefined) return known;
  const made = makeRegex(source);
  const [oldest] = cache.keys();
  if (cache.size >= cacheMax && oldest !== undefined) cache.delete(oldest);
  cache.set(source, made);
  return made;
}

/** What is wrong with an expression, or undefined. */
export function regexMistake(source: string): string | undefined {
  try {
    regexOf(source);
    return undefined;
  } catch (error) {
    if (error instanceof RegexSyntaxError) return error.message;
    throw error;
  }
}

function makeRegex(source: string): Regex {
  const steps = stepsOf(parseRegex(source), source);
  const find: Regex["find"] = (text, from = 0) => run(steps, text, from, false);
  return { find, test: makeTest(steps) ?? ((text) => run(steps, text, 0, true) !== undefined) };
}

/** Ways through the expression at one place of the text, the preferred first. */
interface Ways {
  readonly at: number[];
  readonly start: number[];
  readonly seen: Int32Array;
}

const noWays = (count: number): Ways => ({ at: [], start: [], seen: new Int32Array(count).fill(-1) });

function run(
  steps: readonly Step[],
  text: string,
  from: number,
  isAnyEnough: boolean,
): readonly [number, number] | undefined {
  let now = noWays(steps.length);
  let next = noWays(steps.length);
  let found: readonly [number, number] | undefined;
  for (let at = from; at <= text.length;) {
    const code = text.codePointAt(at);
    const width = code !== undefined && code > 0xffff ? 2 : 1;
    if (found === undefined) follow(steps, now, 0, at, text, at);
    if (now.at.length === 0 && found !== undefined) break;
    for (let way = 0; way < now.at.length; way++) {
      const step = steps[now.at[way] ?? 0];
      const start = now.start[way] ?? at;
      if (step?.is === "match") {
        found = [start, at];
        break; // What follows is less preferred.
      }
      if (step?.is === "character" && code !== undefined && step.test(code))
        follow(steps, next, (now.at[way] ?? 0) + 1, start, text, at + width);
    }
    if (found !== undefined && isAnyEnough) return found;
    [now, next] = [next, now];
    next.at.length = 0;
    next.start.length = 0;
    at += width;
  }
  return found;
}

/** Adds a way and all that it forks into without reading a character. */
function follow(
  steps: readonly Step[],
  ways: Ways,
  first: number,
  start: number,
  text: string,
  at: number,
): void {
  const open = [first];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (ways.seen[place] === at) continue;
    ways.seen[place] = at;
    const step = steps[place];
    if (step?.is === "fork") open.push(step.second, step.first);
    else if (step?.is === "assertion") {
      if (holds(step.what, text, at)) open.push(place + 1);
    } else {
      ways.at.push(place);
      ways.start.push(start);
    }
  }
}

function holds(what: Assertion, text: string, at: number): boolean {
  switch (what) {
    case "textStart":
      return at === 0;
    case "textEnd":
      return at === text.length;
    case "lineStart":
      return at === 0 || text[at - 1] === "\n";
    case "lineEnd":
      return at === text.length || text[at] === "\n";
    default:
      return (isWord(text[at - 1]) !== isWord(text[at])) === (what === "wordEdge");
  }
}

const isWord = (character: string | undefined): boolean =>
  character !== undefined && /^[A-Za-z0-9_]$/.test(character);

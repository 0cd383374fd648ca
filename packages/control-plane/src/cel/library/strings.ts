/** Functions of texts. Indexes count code points, as everywhere in CEL. */
import { failure } from "../errors.ts";
import { as, fn, method, type CelFunction } from "../functions.ts";
import { celLimits, charge, type Meter } from "../meter.ts";
import { t, type CelType } from "../types.ts";
import type { CelValue } from "../values.ts";
import { formatted } from "./format-text.ts";
import { indexIn } from "./text.ts";

const onText = (
  name: string,
  args: readonly CelType[],
  result: CelType,
  of: (text: string, args: readonly CelValue[], meter: Meter) => CelValue,
): CelFunction =>
  method(t.string, name, args, result, ([text, ...rest], meter) => of(as.string(text), rest, meter));

const ascii = (text: string, change: (part: string) => string, which: RegExp): string =>
  text.replace(which, (part) => change(part));

const tests: readonly CelFunction[] = [
  onText("contains", [t.string], t.bool, (text, [part]) => text.includes(as.string(part))),
  onText("startsWith", [t.string], t.bool, (text, [part]) => text.startsWith(as.string(part))),
  onText("endsWith", [t.string], t.bool, (text, [part]) => text.endsWith(as.string(part))),
];

/** The place of a part, in code points; -1 when it is not there. */
function placeOf(text: string, part: string, from: number): number {
  const characters = Array.from(text);
  const start = characters.slice(0, from).join("").length;
  const found = text.indexOf(part, start);
  return found === -1 ? -1 : Array.from(text.slice(0, found)).length;
}

function lastPlaceOf(text: string, part: string, upTo: number): number {
  const end = Array.from(text).slice(0, upTo).join("").length;
  const found = text.lastIndexOf(part, end);
  return found === -1 ? -1 : Array.from(text.slice(0, found)).length;
}

const places: readonly CelFunction[] = [
  onText("charAt", [t.int], t.string, (text, [index]) => {
    const characters = Array.from(text);
    return characters[indexIn(as.int(index), characters.length)] ?? "";
  }),
  onText("indexOf", [t.string], t.int, (text, [part]) => BigInt(placeOf(text, as.string(part), 0))),
  onText("indexOf", [t.string, t.int], t.int, (text, [part, from]) =>
    BigInt(placeOf(text, as.string(part), indexIn(as.int(from), Array.from(text).length))),
  ),
  onText("lastIndexOf", [t.string], t.int, (text, [part]) =>
    BigInt(lastPlaceOf(text, as.string(part), Array.from(text).length)),
  ),
  onText("lastIndexOf", [t.string, t.int], t.int, (text, [part, upTo]) =>
    BigInt(lastPlaceOf(text, as.string(part), indexIn(as.int(upTo), Array.from(text).length))),
  ),
  onText("substring", [t.int], t.string, (text, [from]) => {
    const characters = Array.from(text);
    return characters.slice(indexIn(as.int(from), characters.length)).join("");
  }),
  onText("substring", [t.int, t.int], t.string, (text, [from, to]) => {
    const characters = Array.from(text);
    const start = indexIn(as.int(from), characters.length);
    const end = indexIn(as.int(to), characters.length);
    if (start > end) throw failure(`invalid substring range. start: ${start}, end: ${end}`);
    return characters.slice(start, end).join("");
  }),
];

/** At most `limit` replacements; all when it is negative. */
function replaced(text: string, part: string, by: string, limit: bigint, meter: Meter): string {
  if (limit < 0n) {
    const count = part === "" ? text.length + 1 : text.split(part).length - 1;
    if (text.length + count * by.length > celLimits.madeLengthMax) throw failure("string is too long");
    charge(meter, Math.ceil((text.length + count * by.length) / 10));
    return part === ""
      ? [by, ...Array.from(text).flatMap((each) => [each, by])].join("")
      : text.split(part).join(by);
  }
  const pieces = splitUpTo(text, part, limit + 1n);
  return pieces.join(by);
}

/** At most `limit` pieces; all when it is negative. */
function splitUpTo(text: string, separator: string, limit: bigint): readonly string[] {
  if (limit === 0n) return [];
  const pieces = separator === "" ? Array.from(text) : text.split(separator);
  if (limit < 0n || BigInt(pieces.length) <= limit) return pieces;
  const kept = Number(limit) - 1;
  return [...pieces.slice(0, kept), pieces.slice(kept).join(separator)];
}

const changes: readonly CelFunction[] = [
  onText("lowerAscii", [], t.string, (text) => ascii(text, (part) => part.toLowerCase(), /[A-Z]+/g)),
  onText("upperAscii", [], t.string, (text) => ascii(text, (part) => part.toUpperCase(), /[a-z]+/g)),
  onText("trim", [], t.string, (text) => text.replace(/^[\s\u0085]+|[\s\u0085]+$/gu, "")),
  onText("reverse", [], t.string, (text) => Array.from(text).reverse().join("")),
  onText("replace", [t.string, t.string], t.string, (text, [part, by], meter) =>
    replaced(text, as.string(part), as.string(by), -1n, meter),
  ),
  onText("replace", [t.string, t.string, t.int], t.string, (text, [part, by, limit], meter) =>
    replaced(text, as.string(part), as.string(by), as.int(limit), meter),
  ),
  onText("split", [t.string], t.list(t.string), (text, [by]) => splitUpTo(text, as.string(by), -1n)),
  onText("split", [t.string, t.int], t.list(t.string), (text, [by, limit]) =>
    splitUpTo(text, as.string(by), as.int(limit)),
  ),
  onText("format", [t.list(t.dyn)], t.string, (text, [args]) => formatted(text, as.list(args))),
  fn("strings.quote", [t.string], t.string, ([text]) => quoted(as.string(text))),
];

const quoted = (text: string): string =>
  `"${text.replace(/["\\\n\r\t\f\v\b\u0007]/g, (found) => quotes[found] ?? found)}"`;

const quotes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\f": "\\f",
  "\v": "\\v",
  "\b": "\\b",
  "\u0007": "\\a",
};

const joined = (list: CelValue | undefined, separator: string): string => {
  const texts = as.list(list).map((item) => as.string(item));
  const length = texts.reduce((sum, text) => sum + text.length + separator.length, 0);
  if (length > celLimits.madeLengthMax) throw failure("string is too long");
  return texts.join(separator);
};

export const stringFunctions: readonly CelFunction[] = [
  ...tests,
  ...places,
  ...changes,
  method(t.list(t.string), "join", [], t.string, ([list]) => joined(list, "")),
  method(t.list(t.string), "join", [t.string], t.string, ([list, by]) => joined(list, as.string(by))),
];

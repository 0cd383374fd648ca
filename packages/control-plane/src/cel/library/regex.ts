/** `matches`, `find`, `findAll`: in Go's syntax, in linear time. */
import { regexOf, type Regex } from "../../regexp/regex.ts";
import { RegexSyntaxError } from "../../regexp/tree.ts";
import { failure } from "../errors.ts";
import { as, fn, method, type CelFunction } from "../functions.ts";
import { charge, type Meter } from "../meter.ts";
import { t } from "../types.ts";

/** To say where something was found takes longer than to say that it was. */
const findingFactor = 5;

/** Charges for going through `text` with an expression of this length. */
function regex(source: string, text: string, meter: Meter, factor = 1): Regex {
  charge(meter, factor * Math.ceil((text.length + 1) / 10) * Math.ceil(source.length / 4));
  try {
    return regexOf(source);
  } catch (error) {
    if (error instanceof RegexSyntaxError) throw failure(error.message);
    throw error;
  }
}

/** As Go does: no empty finding right behind another one. */
function* findings(text: string, pattern: Regex): Iterable<string> {
  let last = -1;
  for (let from = 0; from <= text.length;) {
    const found = pattern.find(text, from);
    if (found === undefined) return;
    const [start, end] = found;
    if (end > start || start !== last) yield text.slice(start, end);
    last = end;
    from = end > start ? end : end + 1;
  }
}

function allFound(text: string, source: string, limit: bigint, meter: Meter): readonly string[] {
  const pattern = regex(source, text, meter, findingFactor);
  if (limit === 0n) return [];
  const all: string[] = [];
  for (const found of findings(text, pattern)) {
    charge(meter, Math.ceil(source.length / 4));
    all.push(found);
    if (limit > 0n && BigInt(all.length) >= limit) break;
  }
  return all;
}

const matches: CelFunction["call"] = ([text, source], meter) =>
  regex(as.string(source), as.string(text), meter).test(as.string(text));

export const regexFunctions: readonly CelFunction[] = [
  method(t.string, "matches", [t.string], t.bool, matches),
  fn("matches", [t.string, t.string], t.bool, matches),
  method(t.string, "find", [t.string], t.string, ([text, source], meter) => {
    const found = regex(as.string(source), as.string(text), meter, findingFactor).find(as.string(text));
    return found === undefined ? "" : as.string(text).slice(...found);
  }),
  method(t.string, "findAll", [t.string], t.list(t.string), ([text, source], meter) =>
    allFound(as.string(text), as.string(source), -1n, meter),
  ),
  method(t.string, "findAll", [t.string, t.int], t.list(t.string), ([text, source, limit], meter) =>
    allFound(as.string(text), as.string(source), as.int(limit), meter),
  ),
];

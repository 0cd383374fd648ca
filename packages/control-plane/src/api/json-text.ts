/**
 * JSON as clients write it: read, bounded in depth, and with what JSON.parse does not tell: members that were said
 * twice. Pure.
 */

/** Deeper than any object of Kubernetes, and shallow enough for every walk along it. Kubernetes itself stops at 10,000. */
export const depthMax = 1_000;

/** Throws an `Error` that says what is wrong. */
export function parseJson(text: string): unknown {
  if (isDeep(text)) throw new Error("exceeded max depth");
  return JSON.parse(text) as unknown;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openList = 0x5b;
const closeList = 0x5d;
const openMap = 0x7b;
const closeMap = 0x7d;

function isDeep(text: string): boolean {
  // Every level takes two characters.
  if (text.length < 2 * depthMax) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === quote) i = endOfText(text, i);
    else if (code === openList || code === openMap) {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (code === closeList || code === closeMap) depth -= 1;
  }
  return false;
}

/** The place of the quote that ends the text which begins at `start`; past the end when nothing does. */
function endOfText(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === quote) return i;
    if (code === backslash) i += 1;
  }
  return text.length;
}

/** Where a scan stands: a map with the names that it has said, or a list with the place in it. */
type Level =
  | { readonly type: "map"; readonly names: Set<string>; name: string }
  | { readonly type: "list"; index: number };

/** Members that were said twice, as `spec.containers[0].image`, each once. `text` is valid JSON that means `value`. */
export function duplicateMembers(text: string, value: unknown): readonly string[] {
  // What can be written again as it was has nothing twice. Most clients write without spaces.
  return JSON.stringify(value) === text.trimEnd() ? [] : scanned(text);
}

function scanned(text: string): readonly string[] {
  const found = new Set<string>();
  const levels: Level[] = [];
  for (let i = 0; i < text.length; i += 1) {
    const level = levels.at(-1);
    switch (text.charCodeAt(i)) {
      case quote: {
        const end = endOfText(text, i);
        if (level?.type === "map" && isName(text, end))
          noteName(level, text.slice(i, end + 1), levels, found);
        i = end;
        break;
      }
      case openMap:
        levels.push({ type: "map", names: new Set(), name: "" });
        break;
      case openList:
        levels.push({ type: "list", index: 0 });
        break;
      case closeMap:
      case closeList:
        levels.pop();
        break;
      case comma:
        if (level?.type === "list") level.index += 1;
        break;
    }
  }
  return [...found];
}

function isName(text: string, end: number): boolean {
  let next = end + 1;
  while (text.charCodeAt(next) <= 0x20) next += 1;
  return text.charCodeAt(next) === colon;
}

function noteName(
  level: Extract<Level, { type: "map" }>,
  quoted: string,
  levels: readonly Level[],
  found: Set<string>,
): void {
  level.name = quoted.includes("\\") ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
  if (level.names.has(level.name)) found.add(pathOf(levels));
  level.names.add(level.name);
}

const pathOf = (levels: readonly Level[]): string =>
  levels
    .map((level) => (level.type === "map" ? `.${level.name}` : `[${level.index}]`))
    .join("")
    .replace(/^\./, "");

/** Whether a value is deeper than clients may send: patches can build what no body could hold. */
export function isDeeper(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > depthMax) return true;
    level = level.flatMap((item) =>
      typeof item === "object" && item !== null ? (Object.values(item) as unknown[]) : [],
    );
  }
  return false;
}

/** YAML as clients write it: version 1.1, the first document, bounded in depth and in what aliases may blow up. Pure. */
import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
} from "yaml";
import { depthMax } from "./json-text.ts";

export interface YamlText {
  readonly value: unknown;
  /** Keys that were said twice, in the words of Go's YAML library; empty when there are none. */
  readonly duplicates: readonly string[];
}

/** Throws an `Error` that says what is wrong. */
export function parseYamlText(text: string): YamlText {
  const lineCounter = new LineCounter();
  // Whether keys are unique is seen here: the library compares each with all.
  const document = parseDocument(text, {
    version: "1.1",
    uniqueKeys: false,
    lineCounter,
    logLevel: "silent",
  });
  const [error] = document.errors;
  if (error !== undefined) throw new Error(error.message.split("\n")[0]);
  const duplicates = duplicateKeys(document, lineCounter);
  return { value: document.toJS({ maxAliasCount: 100 }) as unknown, duplicates };
}

/** A node and those that it lies in. */
interface Place {
  readonly node: Node;
  readonly depth: number;
  readonly above: Place | undefined;
}

function duplicateKeys({ contents }: Document.Parsed, lines: LineCounter): readonly string[] {
  const found: string[] = [];
  const pending: Place[] = contents === null ? [] : [{ node: contents, depth: 1, above: undefined }];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const { node, depth } = place;
    if (depth > depthMax) throw new Error("exceeded max depth");
    if (isAlias(node)) checkAlias(node.source, place);
    if (isMap(node)) found.push(...duplicatesIn(node, lines));
    for (const child of childrenOf(node)) pending.push({ node: child, depth: depth + 1, above: place });
  }
  return found.length === 0
    ? []
    : [`yaml: unmarshal errors:\n${found.map((line) => `  ${line}`).join("\n")}`];
}

/** An alias of something that it lies in would have no end. */
function checkAlias(source: string, place: Place): void {
  for (let { above } = place; above !== undefined; above = above.above)
    if ((above.node as { readonly anchor?: string }).anchor === source)
      throw new Error(`yaml: anchor '${source}' value contains itself`);
}

function duplicatesIn(
  map: { readonly items: readonly { readonly key: unknown }[] },
  lines: LineCounter,
): string[] {
  const names = new Set<string>();
  const found: string[] = [];
  for (const { key } of map.items) {
    if (!isScalar(key)) continue;
    const name = JSON.stringify(key.value);
    if (names.has(name))
      found.push(`line ${lines.linePos(key.range?.[0] ?? 0).line}: key ${name} already set in map`);
    names.add(name);
  }
  return found;
}

function childrenOf(node: Node): readonly Node[] {
  if (isAlias(node) || !isCollection(node)) return [];
  return node.items.flatMap((item) => {
    const value = isMap(node) ? (item as { readonly value: unknown }).value : item;
    return value === null || typeof value !== "object" ? [] : [value as Node];
  });
}

/**
 * The grammar of `labelSelector=`, read from left to right. Pure; the words of refusals are apimachinery's.
 */
import { Refusal } from "@kubus/shared/errors/codes.ts";
import { labelValue, qualifiedName } from "./names.ts";

export interface LabelRequirement {
  readonly key: string;
  readonly operator: "=" | "!=" | "in" | "notin" | "exists" | "!";
  readonly values: readonly string[];
}

/** All of them must hold. Empty: everything matches. */
export type LabelQuery = readonly LabelRequirement[];

/** Words, and the signs that part them. `=` last, so that `==` and `!=` are seen whole. */
const token = /\s*(==|!=|=|!|,|\(|\)|[^\s=!,()]+|$)/y;

interface Reader {
  /** The token at the front, "" at the end. */
  peek(): string;
  take(): string;
}

const signs = new Set(["==", "!=", "=", "!", ",", "(", ")", ""]);

export function parseRequirements(text: string): LabelQuery {
  const reader = readerOf(text);
  const requirements: LabelRequirement[] = [];
  if (reader.peek() === "") return requirements;
  for (let more = true; more; more = reader.peek() === ",") {
    if (requirements.length > 0) expect(reader, ",", text);
    requirements.push(checked(readRequirement(reader, text)));
  }
  expect(reader, "", text);
  return requirements;
}

function readRequirement(reader: Reader, text: string): LabelRequirement {
  if (reader.peek() === "!") {
    reader.take();
    return { key: word(reader, text, "identifier"), operator: "!", values: [] };
  }
  const key = word(reader, text, "identifier");
  switch (reader.peek()) {
    case "":
    case ",":
      return { key, operator: "exists", values: [] };
    case "=":
    case "==":
      reader.take();
      return { key, operator: "=", values: [exactValue(reader)] };
    case "!=":
      reader.take();
      return { key, operator: "!=", values: [exactValue(reader)] };
    case "in":
    case "notin":
      return { key, operator: reader.take() as "in" | "notin", values: valueSet(reader, text) };
    default:
      throw unreadable(text, reader.peek(), "in, notin, =, ==, !=, or a comma");
  }
}

/** After `=` the value may be missing: `a=` means the empty value. */
const exactValue = (reader: Reader): string => (signs.has(reader.peek()) ? "" : reader.take());

function valueSet(reader: Reader, text: string): readonly string[] {
  expect(reader, "(", text);
  const values = [exactValue(reader)];
  while (reader.peek() === ",") {
    reader.take();
    values.push(exactValue(reader));
  }
  expect(reader, ")", text);
  return values;
}

function word(reader: Reader, text: string, wanted: string): string {
  if (signs.has(reader.peek())) throw unreadable(text, reader.peek(), wanted);
  return reader.take();
}

function expect(reader: Reader, sign: string, text: string): void {
  if (reader.peek() !== sign)
    throw unreadable(text, reader.peek(), sign === "" ? "end of string" : `'${sign}'`);
  reader.take();
}

function readerOf(text: string): Reader {
  let at = 0;
  const read = () => {
    token.lastIndex = at;
    const match = token.exec(text);
    return { value: match?.[1] ?? "", end: match === null ? text.length : token.lastIndex };
  };
  return {
    peek: () => read().value,
    take: () => {
      const { value, end } = read();
      at = end;
      return value;
    },
  };
}

function checked(requirement: LabelRequirement): LabelRequirement {
  const wrongKey = qualifiedName(requirement.key);
  if (wrongKey !== undefined) {
    throw new Refusal(
      "badRequest",
      `unable to parse requirement: <nil>: Invalid value: ${JSON.stringify(requirement.key)}: ${wrongKey}`,
    );
  }
  for (const value of requirement.values) {
    const wrong = labelValue(value);
    if (wrong === undefined) continue;
    throw new Refusal(
      "badRequest",
      `unable to parse requirement: values[0][${requirement.key}]: Invalid value: ${JSON.stringify(value)}: ${wrong}`,
    );
  }
  return requirement;
}

const unreadable = (text: string, found: string, expected: string): Refusal =>
  new Refusal(
    "badRequest",
    `unable to parse requirement: found '${found}', expected: ${expected} (in selector ${JSON.stringify(text)})`,
  );

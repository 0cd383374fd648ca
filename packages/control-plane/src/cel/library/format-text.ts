/** `"%s has %d".format([...])`. Pure. */
import { failure } from "../errors.ts";
import { durationText, timestampText } from "../time.ts";
import {
  CelDuration,
  CelTimestamp,
  CelTypeName,
  CelUint,
  isList,
  isMap,
  typeNameOf,
  type CelList,
  type CelValue,
} from "../values.ts";
import { doubleText } from "./text.ts";

export function formatted(pattern: string, args: CelList): string {
  let next = 0;
  const text = pattern.replace(
    /%(?:%|(?:\.(\d+))?([a-zA-Z])|)/g,
    (whole, digits: string | undefined, verb: string | undefined) => {
      if (whole === "%%") return "%";
      if (verb === undefined) throw failure("could not parse formatting clause: unexpected end of string");
      const value = args[next++];
      if (value === undefined) throw failure(`index ${next - 1} out of range`);
      const format = verbs[verb];
      if (format === undefined)
        throw failure(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
      return format(value, digits === undefined ? 6 : Number(digits));
    },
  );
  return text;
}

type Format = (value: CelValue, digits: number) => string;

const wrong = (verb: string, value: CelValue) =>
  failure(`error during formatting: %${verb} cannot be used with a value of type ${typeNameOf(value)}`);

function whole(value: CelValue, verb: string): bigint {
  if (typeof value === "bigint") return value;
  if (value instanceof CelUint) return value.value;
  if (typeof value === "boolean" && verb === "b") return value ? 1n : 0n;
  throw wrong(verb, value);
}

function real(value: CelValue, verb: string): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof CelUint) return Number(value.value);
  throw wrong(verb, value);
}

function hexadecimal(value: CelValue): string {
  if (typeof value === "string") return Buffer.from(value).toString("hex");
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : whole(value, "x").toString(16);
}

function decimal(value: CelValue): string {
  if (typeof value === "number" && !Number.isFinite(value)) return shown(value);
  return whole(value, "d").toString();
}

const scientific: Format = (value, digits) =>
  real(value, "e")
    .toExponential(Math.min(digits, 100))
    .replace(/e([+-])(\d)$/, "e$10$2");

const verbs: Readonly<Record<string, Format>> = {
  s: (value) => shown(value),
  d: decimal,
  f: (value, digits) => real(value, "f").toFixed(Math.min(digits, 100)),
  e: scientific,
  b: (value) => whole(value, "b").toString(2),
  o: (value) => whole(value, "o").toString(8),
  x: hexadecimal,
  X: (value) => hexadecimal(value).toUpperCase(),
};

/** Any value as text. */
function shown(value: CelValue): string {
  if (value === null) return "null";
  if (typeof value === "string") return value;
  if (typeof value === "number") return specialDouble(value) ?? doubleText(value);
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map(shown).join(", ")}]`;
  if (isMap(value)) return shownMap(value);
  if (value instanceof CelUint) return value.value.toString();
  if (value instanceof CelTimestamp) return timestampText(value);
  if (value instanceof CelDuration) return durationText(value);
  if (value instanceof CelTypeName) return value.name;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  throw wrong("s", value);
}

function specialDouble(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return undefined;
  return value > 0 ? "Infinity" : "-Infinity";
}

const shownMap = (map: ReadonlyMap<unknown, CelValue>): string => {
  const entries = [...map].map(([key, value]) => [String(key), shown(value)] as const);
  return `{${entries
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}: ${value}`)
    .join(", ")}}`;
};

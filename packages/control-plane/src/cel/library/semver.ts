/** Semantic versions. */
import { failure } from "../errors.ts";
import { as, asA, fn, method, type CelFunction } from "../functions.ts";
import { t } from "../types.ts";
import { CelOpaque, type CelValue } from "../values.ts";

interface Version {
  readonly parts: readonly [bigint, bigint, bigint];
  readonly pre: readonly string[];
}

const type = t.opaque("kubernetes.Semver");
const number = "(0|[1-9]\\d*)";
const pattern = new RegExp(`^${number}\\.${number}\\.${number}(?:-([0-9A-Za-z.-]+))?(?:\\+[0-9A-Za-z.-]+)?$`);

function parsed(text: string): Version | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const pre = match[4] === undefined ? [] : match[4].split(".");
  if (pre.some((part) => part === "" || /^0\d+$/.test(part))) return undefined;
  return { parts: [BigInt(match[1] ?? 0), BigInt(match[2] ?? 0), BigInt(match[3] ?? 0)], pre };
}

/** Drops a leading v, adds missing parts, and drops leading zeros. */
function normalized(text: string): string {
  const [core = "", ...rest] = text.replace(/^v/, "").split(/(?=[-+])/);
  const parts = core.split(".").map((part) => part.replace(/^0+(?=\d)/, ""));
  while (parts.length < 3) parts.push("0");
  return [parts.join("."), ...rest].join("");
}

function read(text: string, isNormalizing = false): Version {
  const version = parsed(isNormalizing ? normalized(text) : text);
  if (version === undefined) throw failure(`invalid semver: ${text}`);
  return version;
}

function compared(left: Version, right: Version): bigint {
  for (const at of [0, 1, 2] as const) {
    if (left.parts[at] !== right.parts[at]) return left.parts[at] < right.parts[at] ? -1n : 1n;
  }
  if (left.pre.length === 0 || right.pre.length === 0)
    return BigInt(right.pre.length > 0) - BigInt(left.pre.length > 0);
  return comparedPre(left.pre, right.pre);
}

function comparedPre(left: readonly string[], right: readonly string[]): bigint {
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [a, b] = [left[at], right[at]];
    if (a === b) continue;
    if (a === undefined || b === undefined) return a === undefined ? -1n : 1n;
    const [isNumberA, isNumberB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
    if (isNumberA && isNumberB) return BigInt(a) < BigInt(b) ? -1n : 1n;
    if (isNumberA !== isNumberB) return isNumberA ? -1n : 1n;
    return a < b ? -1n : 1n;
  }
  return 0n;
}

const versionOf = (value: CelValue | undefined): Version => asA(CelOpaque<Version>, value).value;

const versionValue = (version: Version): CelOpaque =>
  new CelOpaque("kubernetes.Semver", version, [...version.parts, ...version.pre].join("."));

const comparing = (
  name: string,
  result: CelFunction["result"],
  of: (order: bigint) => CelValue,
): CelFunction =>
  method(type, name, [type], result, ([left, right]) => of(compared(versionOf(left), versionOf(right))));

export const semverFunctions: readonly CelFunction[] = [
  fn("semver", [t.string], type, ([text]) => versionValue(read(as.string(text)))),
  fn("semver", [t.string, t.bool], type, ([text, isNormalizing]) =>
    versionValue(read(as.string(text), as.bool(isNormalizing))),
  ),
  fn("isSemver", [t.string], t.bool, ([text]) => parsed(as.string(text)) !== undefined),
  fn(
    "isSemver",
    [t.string, t.bool],
    t.bool,
    ([text, isNormalizing]) =>
      parsed(as.bool(isNormalizing) ? normalized(as.string(text)) : as.string(text)) !== undefined,
  ),
  ...(["major", "minor", "patch"] as const).map((name, at) =>
    method(type, name, [], t.int, ([version]) => versionOf(version).parts[at] ?? 0n),
  ),
  comparing("isLessThan", t.bool, (order) => order < 0n),
  comparing("isGreaterThan", t.bool, (order) => order > 0n),
  comparing("compareTo", t.int, (order) => order),
];

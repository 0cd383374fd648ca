/** IP addresses and CIDR ranges, strictly: no leading zeros, no zones, no IPv4 inside of IPv6. */
import { failure } from "../errors.ts";
import { as, asA, fn, method, type CelFunction } from "../functions.ts";
import { t } from "../types.ts";
import { CelOpaque, type CelValue } from "../values.ts";

export interface Ip {
  readonly family: 4 | 6;
  readonly bits: bigint;
}

interface Cidr {
  readonly ip: Ip;
  readonly length: number;
}

const ipType = t.opaque("net.IP");
const cidrType = t.opaque("net.CIDR");

export function parseIp(text: string): Ip | undefined {
  return text.includes(":") ? parseIp6(text) : parseIp4(text);
}

function parseIp4(text: string): Ip | undefined {
  const parts = text.split(".");
  const isRight =
    parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  if (!isRight) return undefined;
  return { family: 4, bits: parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n) };
}

function parseIp6(text: string): Ip | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const [left = [], right = []] = groups;
  const missing = 8 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...left, ...Array<string>(missing).fill("0"), ...right];
  if (!all.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return undefined;
  return { family: 6, bits: all.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n) };
}

export function ipText({ family, bits }: Ip): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join(".");
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((bits >> BigInt(112 - at * 16)) & 0xffffn).toString(16),
  );
  const runs = [...groups.join(":").matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].sort(
    (a, b) => b[0].length - a[0].length,
  );
  const [longest] = runs;
  if (longest === undefined) return groups.join(":");
  const text = groups.join(":");
  const before = text.slice(0, longest.index);
  const after = text.slice(longest.index + longest[0].length).replace(/^:/, "");
  return `${before}::${after}`;
}

function parseCidr(text: string): Cidr | undefined {
  const [address = "", length = "", ...more] = text.split("/");
  const ip = parseIp(address);
  const isRight = more.length === 0 && /^(0|[1-9]\d{0,2})$/.test(length);
  if (ip === undefined || !isRight || Number(length) > widthOf(ip)) return undefined;
  return { ip, length: Number(length) };
}

const widthOf = ({ family }: Ip): number => (family === 4 ? 32 : 128);

const prefixOf = (ip: Ip, length: number): bigint => {
  const rest = BigInt(widthOf(ip) - length);
  return (ip.bits >> rest) << rest;
};

const contains = (range: Cidr, ip: Ip): boolean =>
  range.ip.family === ip.family && prefixOf(ip, range.length) === prefixOf(range.ip, range.length);

const ipValue = (ip: Ip): CelOpaque => new CelOpaque("net.IP", ip, `${ip.family}/${ip.bits}`);
const cidrValue = (cidr: Cidr): CelOpaque => new CelOpaque("net.CIDR", cidr, cidrText(cidr));

const ipOf = (value: CelValue | undefined): Ip => asA(CelOpaque<Ip>, value).value;
const cidrOf = (value: CelValue | undefined): Cidr => asA(CelOpaque<Cidr>, value).value;

function readIp(text: string): Ip {
  const ip = parseIp(text);
  if (ip === undefined)
    throw failure(`IP Address "${text}" parse error during conversion from string: unable to parse IP`);
  return ip;
}

function readCidr(text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === undefined)
    throw failure(`network address parse error during conversion from string: netip.ParsePrefix("${text}")`);
  return cidr;
}

const inRange = (ip: Ip, ...ranges: readonly string[]): boolean =>
  ranges.some((range) => contains(readCidr(range), ip));

const questions: Readonly<Record<string, (ip: Ip) => boolean>> = {
  isUnspecified: ({ bits }) => bits === 0n,
  isLoopback: (ip) => inRange(ip, "127.0.0.0/8", "::1/128"),
  isLinkLocalMulticast: (ip) => inRange(ip, "224.0.0.0/24", "ff02::/16"),
  isLinkLocalUnicast: (ip) => inRange(ip, "169.254.0.0/16", "fe80::/10"),
  isGlobalUnicast: (ip) =>
    !inRange(ip, "0.0.0.0/32", "255.255.255.255/32", "127.0.0.0/8", "224.0.0.0/4", "169.254.0.0/16") &&
    !inRange(ip, "::/128", "::1/128", "ff00::/8", "fe80::/10"),
};

const ips: readonly CelFunction[] = [
  fn("ip", [t.string], ipType, ([text]) => ipValue(readIp(as.string(text)))),
  fn("isIP", [t.string], t.bool, ([text]) => parseIp(as.string(text)) !== undefined),
  fn("ip.isCanonical", [t.string], t.bool, ([text]) => ipText(readIp(as.string(text))) === as.string(text)),
  fn("string", [ipType], t.string, ([ip]) => ipText(ipOf(ip))),
  method(ipType, "family", [], t.int, ([ip]) => BigInt(ipOf(ip).family)),
  ...Object.entries(questions).map(([name, is]) => method(ipType, name, [], t.bool, ([ip]) => is(ipOf(ip)))),
];

const cidrText = ({ ip, length }: Cidr): string => `${ipText(ip)}/${length}`;
const containsCidr = (outer: Cidr, inner: Cidr): boolean =>
  outer.length <= inner.length && contains(outer, inner.ip);

const cidrs: readonly CelFunction[] = [
  fn("cidr", [t.string], cidrType, ([text]) => cidrValue(readCidr(as.string(text)))),
  fn("isCIDR", [t.string], t.bool, ([text]) => parseCidr(as.string(text)) !== undefined),
  fn("string", [cidrType], t.string, ([cidr]) => cidrText(cidrOf(cidr))),
  method(cidrType, "containsIP", [ipType], t.bool, ([cidr, ip]) => contains(cidrOf(cidr), ipOf(ip))),
  method(cidrType, "containsIP", [t.string], t.bool, ([cidr, ip]) =>
    contains(cidrOf(cidr), readIp(as.string(ip))),
  ),
  method(cidrType, "containsCIDR", [cidrType], t.bool, ([outer, inner]) =>
    containsCidr(cidrOf(outer), cidrOf(inner)),
  ),
  method(cidrType, "containsCIDR", [t.string], t.bool, ([outer, inner]) =>
    containsCidr(cidrOf(outer), readCidr(as.string(inner))),
  ),
  method(cidrType, "ip", [], ipType, ([cidr]) => ipValue(cidrOf(cidr).ip)),
  method(cidrType, "masked", [], cidrType, ([cidr]) => {
    const { ip, length } = cidrOf(cidr);
    return cidrValue({ ip: { ...ip, bits: prefixOf(ip, length) }, length });
  }),
  method(cidrType, "prefixLength", [], t.int, ([cidr]) => BigInt(cidrOf(cidr).length)),
];

export const networkFunctions: readonly CelFunction[] = [...ips, ...cidrs];

/**
 * IP addresses and ranges as Kubernetes reads them: leading zeros and IPv4 within IPv6 are understood, and each
 * address has one canonical form. Pure.
 */
import { isIPv6 } from "node:net";

export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

export interface Range {
  readonly family: 4 | 6;
  /** With all bits beyond the prefix zero. */
  readonly network: bigint;
  readonly prefixBits: number;
}

const widthOf = (family: 4 | 6): number => (family === 4 ? 32 : 128);
/** `::ffff:0:0/96`: IPv4 in the clothes of IPv6. */
const mappedPrefix = 0xffffn;

/** Undefined: no address. */
export function parseAddress(text: string): Address | undefined {
  const v4 = parseV4(text);
  if (v4 !== undefined) return { family: 4, value: v4 };
  if (!isIPv6(text) || text.includes("%")) return undefined;
  const value = parseV6(text);
  return value >> 32n === mappedPrefix ? { family: 4, value: value & 0xffff_ffffn } : { family: 6, value };
}

/** Undefined: no range. An address within the range may stand for its beginning. */
export function parseRange(text: string): Range | undefined {
  const [host = "", bits = "", ...more] = text.split("/");
  const address = parseAddress(host);
  if (address === undefined || more.length > 0 || !/^\d+$/.test(bits)) return undefined;
  const { family, value } = address;
  const isMapped = family === 4 && host.includes(":");
  const prefixBits = isMapped ? Number(bits) - 96 : Number(bits);
  if (prefixBits < 0 || prefixBits > widthOf(family)) return undefined;
  const hostBits = BigInt(widthOf(family) - prefixBits);
  return { family, network: (value >> hostBits) << hostBits, prefixBits };
}

export const formatAddress = ({ family, value }: Address): string =>
  family === 4 ? formatV4(value) : formatV6(value);

export const formatRange = ({ family, network, prefixBits }: Range): string =>
  `${formatAddress({ family, value: network })}/${prefixBits}`;

/** Whether all of `inner` is within `outer`. */
export function contains(outer: Range, inner: Range): boolean {
  const hostBits = BigInt(widthOf(outer.family) - outer.prefixBits);
  return (
    outer.family === inner.family &&
    outer.prefixBits <= inner.prefixBits &&
    inner.network >> hostBits === outer.network >> hostBits
  );
}

/** Whether an address is within a range that is written as text. */
export function isWithin(address: Address, rangeText: string): boolean {
  const range = parseRange(rangeText);
  const { family, value } = address;
  return range !== undefined && contains(range, { family, network: value, prefixBits: widthOf(family) });
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split(".");
  const isV4 = parts.length === 4 && parts.every((part) => /^\d+$/.test(part) && Number(part) <= 255);
  return isV4 ? parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n) : undefined;
}

/** Of a text that is an IPv6 address. */
function parseV6(text: string): bigint {
  const dotted = /[^:]*\.[^:]*$/.exec(text)?.[0];
  const v4 = dotted === undefined ? undefined : (parseV4(dotted) ?? 0n);
  const groupsText =
    dotted === undefined || v4 === undefined
      ? text
      : `${text.slice(0, -dotted.length)}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
  const [head = "", tail] = groupsText.split("::");
  const before = groupsOf(head);
  const after = groupsOf(tail ?? "");
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0n);
  return [...before, ...zeros, ...after].reduce((sum, group) => sum * 0x10000n + group, 0n);
}

const groupsOf = (text: string): readonly bigint[] =>
  text === "" ? [] : text.split(":").map((group) => BigInt(`0x${group}`));

const formatV4 = (value: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join(".");

/** RFC 5952: lower case, the first of the longest runs of two or more zero groups left out. */
function formatV6(value: bigint): string {
  const groups = [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) => (value >> shift) & 0xffffn);
  const hex = groups.map((group) => group.toString(16));
  const runs = groups.map((_, start) => {
    const end = groups.findIndex((group, i) => i >= start && group !== 0n);
    return (end < 0 ? groups.length : end) - start;
  });
  const longest = Math.max(...runs);
  if (longest < 2) return hex.join(":");
  const start = runs.indexOf(longest);
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + longest).join(":")}`;
}

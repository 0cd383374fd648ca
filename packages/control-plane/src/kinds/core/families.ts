/** The families of IP addresses and ranges. Pure. */
import { parseAddress, parseRange } from "../addresses.ts";

/** 4 or 6; undefined when the text is neither an address nor a range. */
export const familyOf = (text: string): 4 | 6 | undefined =>
  (text.includes("/") ? parseRange(text) : parseAddress(text))?.family;

/** Whether IPv4 and IPv6 both occur, and nothing else. */
export const isDualStack = (texts: readonly string[]): boolean => {
  const families = new Set(texts.map(familyOf));
  return families.size === 2 && !families.has(undefined);
};

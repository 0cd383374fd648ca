/** The first usable address of an IPv4 range: `10.96.0.0/16` → `10.96.0.1`. Throws when the text is not a range. Pure. */
export function firstAddress(cidr: string): string {
  const [address = "", bits = ""] = cidr.split("/");
  const parts = address.split(".").map(Number);
  const width = Number(bits);
  const isRange =
    parts.length === 4 &&
    parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255) &&
    /^\d+$/.test(bits) &&
    width <= 30;
  if (!isRange) throw new Error(`"${cidr}" is not an IPv4 range such as 10.96.0.0/16.`);
  const number = parts.reduce((sum, part) => sum * 256 + part, 0);
  const first = number - (number % 2 ** (32 - width)) + 1;
  return [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".");
}

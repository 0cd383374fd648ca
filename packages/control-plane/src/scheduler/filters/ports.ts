/** Ports of the board itself that the pod wants: each can be had once. Pure. */
import { objection, type Filter } from "./filter-row.ts";

const taken = objection("node(s) didn't have free ports for the requested pod ports", "evictable");

export const hostPorts: Filter = {
  name: "hostPorts",
  helpedBy: ["boardCame", "podLeft"],
  isAboutOthers: false,
  prepare: ({ hostPorts: ports }) => {
    if (ports.length === 0) return undefined;
    return ({ load }) => (ports.some((port) => isPortTaken(port, load.hostPorts.keys())) ? taken : undefined);
  },
};

/** Whether a port is taken by one of the others: the same number, on the same address or on all. */
function isPortTaken(port: string, others: Iterable<string>): boolean {
  const { start, address, number } = partsOf(port);
  for (const other of others) {
    const { start: otherStart, address: otherAddress, number: otherNumber } = partsOf(other);
    const meets = address === otherAddress || address === everywhere || otherAddress === everywhere;
    if (start === otherStart && number === otherNumber && meets) return true;
  }
  return false;
}

const everywhere = "0.0.0.0";

/** `TCP/10.0.0.1/80`; addresses of IPv6 hold no slash either. */
function partsOf(port: string) {
  const [start = "", address = "", number = ""] = port.split("/");
  return { start, address, number };
}

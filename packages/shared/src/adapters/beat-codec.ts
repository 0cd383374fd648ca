/**
 * Signed datagrams: beats, their acknowledgements and probes, as bytes.
 *
 * 16 bytes of HMAC-SHA-256 over the rest, then JSON. Whoever lacks the board's key can neither forge a beat nor
 * change one; sequence numbers (checked by the receiver) keep recorded ones from counting again.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { beatLimits, type Datagram } from "../bus/beat.ts";

/** The key of one board. Derived, so that every server knows it and none stores it. `clusterSecret` is hex. */
export const beatKeyOf = (clusterSecret: string, node: string): string =>
  createHmac("sha256", Buffer.from(clusterSecret, "hex")).update(`beat:${node}`).digest("hex");

/** `key` is hex. */
export function signDatagram(datagram: Datagram, key: string): Uint8Array {
  const body = Buffer.from(JSON.stringify(datagram));
  return Buffer.concat([signature(body, key), body]);
}

/** The datagram, or undefined when it is not one, too long, or not signed with the key that `keyOf` gives for its node. */
export function openDatagram(
  bytes: Uint8Array,
  keyOf: (node: string) => string | undefined,
): Datagram | undefined {
  if (bytes.length <= beatLimits.signatureBytes || bytes.length > beatLimits.bytesMax) return undefined;
  const body = Buffer.from(bytes.subarray(beatLimits.signatureBytes));
  const datagram = parse(body);
  if (datagram === undefined) return undefined;
  const key = keyOf(datagram.node);
  if (key === undefined) return undefined;
  const isGenuine = timingSafeEqual(signature(body, key), bytes.subarray(0, beatLimits.signatureBytes));
  return isGenuine ? datagram : undefined;
}

const signature = (body: Buffer, key: string): Buffer =>
  createHmac("sha256", Buffer.from(key, "hex")).update(body).digest().subarray(0, beatLimits.signatureBytes);

function parse(body: Buffer): Datagram | undefined {
  try {
    const value: unknown = JSON.parse(body.toString());
    const isDatagram =
      typeof value === "object" &&
      value !== null &&
      "node" in value &&
      typeof value.node === "string" &&
      "type" in value;
    return isDatagram ? (value as Datagram) : undefined;
  } catch {
    return undefined; // Not JSON: not ours. Anybody may send us datagrams.
  }
}

/**
 * Stored objects as messages: subjects for keys, and payloads that prove themselves.
 *
 * A payload is a line `kubus1 put|delete <checksum> <write id> <base>` and the object's JSON. The checksum covers the
 * subject and everything else, so a damaged or misplaced object is never taken for a sound one.
 */
import { hash } from "node:crypto";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { formatKey, parseKey } from "../../store/key.ts";
import { withSharedSets } from "../../store/shared-sets.ts";
import type { Revision } from "../../store/store.ts";

export interface StoredObject {
  readonly deleted: boolean;
  /** The name of the write: tells whether it was ours. */
  readonly writeId: string;
  /** The revision of the key that the write was built on; 0 for none. */
  readonly base: Revision;
  readonly text: string;
}

const version = "kubus1";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Tokens hold letters, digits and dashes; a dot becomes `_`, every other byte `=` and two digits. */
const encodeToken = (token: string): string =>
  token === "" ? "=" : Array.from(token, encodeCharacter).join("");

function encodeCharacter(character: string): string {
  if (/[A-Za-z0-9-]/.test(character)) return character;
  if (character === ".") return "_";
  return [...encoder.encode(character)].map((byte) => `=${byte.toString(16).padStart(2, "0")}`).join("");
}

function decodeToken(token: string): string {
  if (!/[=_]/.test(token)) return token;
  if (token === "=") return "";
  return decodeURIComponent(token.replaceAll("_", ".").replaceAll("=", "%"));
}

export const subjectPrefix = (stream: string): string => `kubus.store.${stream}`;

export function subjectOfKey(stream: string, key: string): string {
  const { group, plural, namespace, name } = parseKey(key);
  return [subjectPrefix(stream), ...[group, plural, namespace, name].map(encodeToken)].join(".");
}

export function keyOfSubject(subject: string): string {
  const [, , , group = "", plural = "", namespace = "", name = ""] = subject.split(".").map(decodeToken);
  return formatKey({ group, plural, namespace, name });
}

export function encodeObject(subject: string, { deleted, writeId, base, text }: StoredObject): Uint8Array {
  const op = deleted ? "delete" : "put";
  const sum = checksum(subject, `${op} ${writeId} ${base}`, text);
  return encoder.encode(`${version} ${op} ${sum} ${writeId} ${base}\n${text}`);
}

/** Throws with the reason when the payload is not what was once written to this subject. */
export function decodeObject(
  subject: string,
  payload: Uint8Array,
): StoredObject & { readonly object: KubeObject } {
  const all = decoder.decode(payload);
  const end = all.indexOf("\n");
  const [first, op, sum, writeId = "", base = ""] = all.slice(0, end).split(" ");
  if (first !== version || (op !== "put" && op !== "delete")) throw new Error("The format is not known.");
  const text = all.slice(end + 1);
  if (checksum(subject, `${op} ${writeId} ${base}`, text) !== sum) throw new Error("The checksum is wrong.");
  return {
    deleted: op === "delete",
    writeId,
    base: Number(base),
    text,
    object: withSharedSets(JSON.parse(text) as KubeObject),
  };
}

const checksum = (subject: string, head: string, text: string): string =>
  hash("sha256", `${subject}\n${head}\n${text}`, "hex").slice(0, 32);

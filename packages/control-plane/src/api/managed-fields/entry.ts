/** Entries of metadata.managedFields: who wrote which fields, how and when. Pure. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { isEmpty, type FieldSet } from "./field-set.ts";
import { isMap } from "./items.ts";
import { parseFieldSet } from "./path-element.ts";

export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  /** When the manager last gained a field, or changed the value of one. */
  readonly time?: string;
  readonly fieldsType: "FieldsV1";
  readonly fieldsV1: FieldSet;
  readonly subresource?: string;
}

/** Who writes. */
export interface Writer {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  /** The version that the writer speaks. */
  readonly apiVersion: string;
  readonly subresource?: string | undefined;
}

export const entriesOf = ({ metadata }: KubeObject): readonly ManagedFieldsEntry[] =>
  (metadata.managedFields ?? []) as readonly ManagedFieldsEntry[];

export const newEntry = (
  { manager, operation, apiVersion, subresource = "" }: Writer,
  fieldsV1: FieldSet,
  time: string | undefined,
): ManagedFieldsEntry => ({
  ...(manager === "" ? {} : { manager }),
  operation,
  apiVersion,
  ...(time === undefined ? {} : { time }),
  fieldsType: "FieldsV1",
  fieldsV1,
  ...(subresource === "" ? {} : { subresource }),
});

/** Whether an entry is the writer's own. A manager that applies has one, whatever versions it speaks. */
export const isOf = (entry: ManagedFieldsEntry, writer: Writer): boolean =>
  (entry.manager ?? "") === writer.manager &&
  entry.operation === writer.operation &&
  (entry.subresource ?? "") === (writer.subresource ?? "") &&
  (entry.operation === "Apply" || entry.apiVersion === writer.apiVersion);

/** The entries that a client sent; undefined when they are no entries. */
export function parseEntries(given: unknown): readonly ManagedFieldsEntry[] | undefined {
  if (!Array.isArray(given)) return undefined;
  const entries = given.map(parseEntry);
  return entries.every((entry) => entry !== undefined)
    ? entries.filter(({ fieldsV1 }) => !isEmpty(fieldsV1))
    : undefined;
}

function parseEntry(given: unknown): ManagedFieldsEntry | undefined {
  if (!isMap(given)) return undefined;
  const { manager = "", operation, apiVersion, time, fieldsType, fieldsV1, subresource = "" } = given;
  const fields = parseFieldSet(fieldsV1 ?? {});
  if (fields === undefined || fieldsType !== "FieldsV1") return undefined;
  if (operation !== "Apply" && operation !== "Update") return undefined;
  if (!isText(manager) || !isText(apiVersion) || apiVersion === "" || !isText(subresource)) return undefined;
  if (subresource.length > subresourceLengthMax || fieldManagerProblem(manager) !== undefined)
    return undefined;
  const writer: Writer = { manager, operation, apiVersion, subresource };
  return newEntry(writer, fields, isText(time) ? time : undefined);
}

const isText = (value: unknown): value is string => typeof value === "string";

const subresourceLengthMax = 256;
export const managerBytesMax = 128;

/** Why a text cannot name a manager, in Kubernetes' words. */
export function fieldManagerProblem(manager: string): string | undefined {
  if (Buffer.byteLength(manager) > managerBytesMax)
    return `Too long: may not be more than ${managerBytesMax} bytes`;
  const at = Array.from(manager).findIndex((character) => !isPrintable(character));
  if (at < 0) return undefined;
  const detail = `value should only contain printable characters (invalid character at position ${at})`;
  return `Invalid value: ${JSON.stringify(manager)}: ${detail}`;
}

/** As Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols, and the one space. */
export const isPrintable = (character: string): boolean => /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character);

/** Appliers first, then by time, name and version: the order in which Kubernetes writes them. */
export const inOrder = (entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] =>
  isInOrder(entries) ? entries : [...entries].sort(byOrder);

function isInOrder(entries: readonly ManagedFieldsEntry[]): boolean {
  return entries.every((entry, i) => {
    const next = entries[i + 1];
    return next === undefined || byOrder(entry, next) <= 0;
  });
}

const byOrder = (a: ManagedFieldsEntry, b: ManagedFieldsEntry): number =>
  order(a.operation, b.operation) ||
  order(a.time ?? "", b.time ?? "") ||
  order(a.manager ?? "", b.manager ?? "") ||
  order(a.apiVersion, b.apiVersion) ||
  order(a.subresource ?? "", b.subresource ?? "");

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

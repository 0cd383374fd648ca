/**
 * Boards of many makes: an image for arm64 does not run on an x86 board. Pure.
 *
 * What is known of an image comes from the pod (`kubus.io/architectures: arm64,amd64`), or from what boards read in its
 * manifest (`kubus.io/image-architectures` of their Nodes). Nobody knows: it may be anywhere.
 */
import type { Node } from "@kubus/shared/api/node.ts";
import { imagesAnnotation, objection, type Check, type Filter } from "./filter-row.ts";

/** Of a pod: where it may be, in the words of `kubernetes.io/arch`, separated by commas. */
const podAnnotation = "kubus.io/architectures";

export const architecture: Filter = {
  name: "architecture",
  helpedBy: ["boardCame", "boardLabels", "boardImages"],
  isAboutOthers: false,
  prepare: ({ pod }, around) => {
    const said = (pod.metadata.annotations?.[podAnnotation] ?? "").split(",").map((one) => one.trim());
    const named = said.filter((one) => one !== "");
    const images = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map(({ image }) => image);
    const learned = images.flatMap((image) => around.architecturesOf(image) ?? []);
    const needs: readonly ReadonlySet<string>[] = named.length > 0 ? [new Set(named)] : learned;
    return needs.length === 0 ? undefined : checkFor(needs);
  },
};

const checkFor =
  (needs: readonly ReadonlySet<string>[]): Check =>
  ({ node }) => {
    const own = architectureOf(node);
    const unmet = own === undefined ? undefined : needs.find((one) => !one.has(own));
    if (unmet === undefined) return undefined;
    return objection(`node(s) didn't match the image's architecture (${[...unmet].join(", ")})`, "final");
  };

const architectureOf = ({ metadata, status }: Node): string | undefined =>
  metadata.labels?.["kubernetes.io/arch"] ?? status?.nodeInfo?.architecture;

/** What a Node's annotation says; nothing when it cannot be read. */
export function imagesKnownBy({ metadata }: Node): Readonly<Record<string, readonly string[]>> {
  const text = metadata.annotations?.[imagesAnnotation];
  if (text === undefined) return {};
  try {
    const parsed: unknown = JSON.parse(text);
    const entries = Object.entries(typeof parsed === "object" && parsed !== null ? parsed : {});
    return Object.fromEntries(entries.filter(([, list]) => isListOfWords(list)));
  } catch {
    return {}; // A board that writes nonsense has learned nothing.
  }
}

const isListOfWords = (list: unknown): list is readonly string[] =>
  Array.isArray(list) && list.every((word) => typeof word === "string");

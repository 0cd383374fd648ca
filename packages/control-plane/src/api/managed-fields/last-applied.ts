/**
 * The annotation in which `kubectl apply` remembers what it applied, seen from server-side apply.
 *
 * Only for the manager `kubectl`: who moves from the one to the other shall meet no conflict with himself, and may go
 * back. Pure.
 */
import { apply, type Applied, type Application, type Conflict } from "./apply.ts";
import { compareObjects } from "./compare.ts";
import { fieldSetOf } from "./field-set-of.ts";
import { difference, isEmpty, type FieldSet } from "./field-set.ts";
import { isMap, type Members } from "./items.ts";
import { without } from "../without.ts";

export const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

/** All annotations of an object together, keys and values: Kubernetes' own limit. */
const annotationBytesMax = 256 * 1024;

export function applyConfiguration(application: Application): Applied {
  const applied = apply(application);
  if (application.writer.manager !== "kubectl") return applied;
  if (applied.type === "applied") return { ...applied, object: remembered(applied.object, application.sent) };
  const allowed = ownFields(application);
  if (allowed === undefined) return applied;
  const conflicts = applied.conflicts
    .map(({ entry, fields }): Conflict => ({ entry, fields: difference(fields, allowed) }))
    .filter(({ fields }) => !isEmpty(fields));
  if (conflicts.length > 0) return { type: "conflicts", conflicts };
  return applyConfiguration({ ...application, force: true });
}

/** What client-side apply wrote, as far as it still stands; undefined where it wrote nothing of this version. */
function ownFields({ live, views, writer }: Application): FieldSet | undefined {
  const text = live?.metadata.annotations?.[lastAppliedAnnotation] ?? "";
  const shape = views.shape(writer.apiVersion);
  const last = text === "" ? undefined : parsed(text);
  if (live === undefined || shape === undefined || last?.["apiVersion"] !== writer.apiVersion)
    return undefined;
  const { changed, removed } = compareObjects(last, views.inVersion(writer.apiVersion, live), shape);
  return difference(difference(fieldSetOf(last, shape), changed), removed);
}

function parsed(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isMap(value) ? value : undefined;
  } catch {
    return undefined; // Anybody may write annotations.
  }
}

/** An object that has the annotation keeps it up to date; where it grows too large, it goes. */
function remembered(object: Members, config: Members): Members {
  const metadata = membersOf(object["metadata"]);
  const annotations = membersOf(metadata["annotations"]);
  if ((annotations[lastAppliedAnnotation] ?? "") === "") return object;
  const others = without(annotations, lastAppliedAnnotation);
  const text = `${JSON.stringify(sorted(withoutAnnotation(config)))}\n`;
  const next = { ...others, [lastAppliedAnnotation]: text };
  const isTooLarge = byteLength(next) > annotationBytesMax;
  return { ...object, metadata: { ...metadata, annotations: isTooLarge ? others : next } };
}

function withoutAnnotation(config: Members): Members {
  const metadata = membersOf(config["metadata"]);
  if (!isMap(metadata["annotations"])) return config;
  const annotations = without(metadata["annotations"], lastAppliedAnnotation);
  return { ...config, metadata: { ...metadata, annotations } };
}

const membersOf = (value: unknown): Members => (isMap(value) ? value : {});

const byteLength = (annotations: Members): number =>
  Object.entries(annotations).reduce((sum, [key, value]) => sum + Buffer.byteLength(key + String(value)), 0);

/** With members in alphabetical order, as Go writes maps. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  );
}

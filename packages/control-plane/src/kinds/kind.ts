/**
 * What a kind is: one row of the table in `index.ts`. Everything the API does is derived from these rows.
 *
 * Adding a kind is one folder beside this file and one line in `index.ts`.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import type { TypeLookup } from "../schema/schema.ts";

/**
 * A function of objects of one kind. Compared bivariantly, so that a `Kind<Pod>` is a `Kind`: a row is only ever
 * called with objects of its own kind.
 */
type OfObject<Args extends readonly unknown[], Result> = { call(...args: Args): Result }["call"];

export type Verb = "create" | "delete" | "deletecollection" | "get" | "list" | "patch" | "update" | "watch";

export interface Column<T extends KubeObject> {
  /** As kubectl prints it, in upper case. */
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  /** "name": only the first column. */
  readonly format?: "name" | "quantity" | "duration";
  readonly description?: string;
  /** 0 (default): always shown. 1: only with -o wide. */
  readonly priority?: 0 | 1;
  /** The cell. `now` is wall-clock milliseconds, for ages. */
  readonly of: OfObject<[object: T, now: number], string | number | boolean | null>;
}

/** What the strategy functions may know besides the object. */
export interface WriteContext {
  /** Wall-clock milliseconds. */
  readonly now: number;
  /** Who writes. */
  readonly user: {
    readonly name: string;
    readonly groups: readonly string[];
    readonly uid?: string;
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
}

/** How objects of a row become those of the kind that is stored, and back. Both are pure and lose nothing. */
export interface StoredAs<T extends KubeObject = KubeObject> {
  /** The kind as it is stored. */
  readonly kind: Kind;
  readonly toStored: OfObject<[object: T], KubeObject>;
  readonly fromStored: OfObject<[object: KubeObject], T>;
  /** What this row asks of creations and changes besides what the stored kind asks; of the stored form. */
  readonly validateCreate?: OfObject<[object: KubeObject], readonly Cause[]>;
  readonly validateUpdate?: OfObject<[next: KubeObject, previous: KubeObject], readonly Cause[]>;
}

/** A body that was read. */
export interface ReadFields {
  readonly object: object;
  /** Such as `unknown field "spec.foo"`: told of or refused, as the client asked. */
  readonly problems: readonly string[];
}

export interface Kind<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: "Namespaced" | "Cluster";
  /**
   * `transient` kinds live in memory on the bus: many writes, little worth, no wear of the SD card.
   * `none`: nothing of it is kept; what its verbs do is in `api/virtual/`.
   */
  readonly storage: "durable" | "transient" | "none";
  /** This row is another way to speak of a stored kind: another version of it, or an old group. */
  readonly storedAs?: StoredAs<T>;
  /** Said to whoever uses this row, as a `Warning` header: what replaces it. */
  readonly deprecation?: string;
  /** Served, but not told of in discovery and OpenAPI. */
  readonly isHidden?: boolean;
  /** The only verbs of the kind, where not all of them make sense. */
  readonly verbs?: readonly Verb[];
  /** Who writes the status, for the docs. One owner per part. */
  readonly owner: string;
  readonly subresources: readonly ("status" | "scale")[];
  /** The name of its type in the generated schema, such as `io.k8s.api.core.v1.Pod`. */
  readonly schema: string;
  /** The types that `schema` is made of, where they are not the generated ones: custom kinds bring their own. */
  readonly types?: TypeLookup;
  /** Its own type and that of its lists, as OpenAPI v3 tells of them; of custom kinds. */
  readonly components?: () => Readonly<Record<string, object>>;
  /** Reads what a client sent, where a type alone does not say what an object may hold. */
  readonly readFields?: (value: unknown, refuse: (why: string) => never) => ReadFields;
  /** A stored object as it is shown and worked with: what newer schemas brought is filled in. */
  readonly fromStore?: OfObject<[object: T], T>;
  readonly columns: readonly Column<T>[];
  /** Fields that a fieldSelector may name, besides metadata.name and metadata.namespace. */
  readonly selectableFields: Readonly<Record<string, OfObject<[object: T], string>>>;
  /** Whether metadata.generation counts changes of everything but metadata and status. */
  readonly hasGeneration: boolean;
  /** How names must look; DNS subdomain unless told. Returns what is wrong, or undefined. */
  readonly nameRule: (name: string) => string | undefined;
  /** Fills in what was left out. Runs on every write and on nothing else. Pure. */
  readonly setDefaults: OfObject<[object: T], T>;
  /** Before a creation: drops what the client may not set. */
  readonly prepareForCreate: OfObject<[object: T, context: WriteContext], T>;
  /** Before a change through the main resource: keeps status and whatever clients may not change. */
  readonly prepareForUpdate: OfObject<[next: T, previous: T], T>;
  /** Before a change through /status: keeps everything but the status. */
  readonly prepareForStatusUpdate: OfObject<[next: T, previous: T], T>;
  /** What is wrong with the object in itself. Runs on every write, after defaults and preparation. */
  readonly validate: OfObject<[object: T], readonly Cause[]>;
  /** What is wrong with creating such an object now. Runs besides `validate`. */
  readonly validateCreate?: OfObject<[object: T], readonly Cause[]>;
  /** What is wrong with the change. Runs besides `validate`. */
  readonly validateUpdate: OfObject<[next: T, previous: T], readonly Cause[]>;
  /** What is wrong with a change through /status. When there is one, it runs instead of `validate` and `validateUpdate`. */
  readonly validateStatusUpdate?: OfObject<[next: T, previous: T], readonly Cause[]>;
  /** Grace period of a deletion in seconds, when the kind knows one (pods). Asked value, or undefined for the default. */
  readonly gracePeriodSeconds?: OfObject<[object: T, asked: number | undefined], number>;
  readonly scale?: {
    readonly replicas: OfObject<[object: T], number>;
    readonly statusReplicas: OfObject<[object: T], number>;
    readonly selector: OfObject<[object: T], string>;
    readonly withReplicas: OfObject<[object: T, replicas: number], T>;
  };
  /** Names that may not be deleted (kube-system, ...). */
  readonly undeletable?: readonly string[];
}

/**
 * Which names a CustomResourceDefinition gets: within a group no two kinds share one, and whoever was first keeps it.
 * Pure.
 */
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
} from "@kubus/shared/api/apiextensions.ts";
import { conditionOf } from "./conditions.ts";

type Names = CustomResourceDefinitionNames;

export interface NamesVerdict {
  readonly accepted: Names;
  /** The last name that somebody else has; undefined when all are free. */
  readonly conflict: { readonly reason: string; readonly message: string } | undefined;
}

/** Names that are taken in a group. */
export interface TakenNames {
  readonly resources: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
}

/** What the definition gets, given what others in its group have. What it had and asks for still, it keeps. */
export function judgeNames(crd: CustomResourceDefinition, taken: TakenNames): NamesVerdict {
  const wanted = crd.spec.names;
  const had = crd.status?.acceptedNames;
  const conflicts: { readonly reason: string; readonly message: string }[] = [];
  const free = (names: ReadonlySet<string>, name: string, reason: string): boolean => {
    if (!names.has(name)) return true;
    conflicts.push({ reason, message: `${JSON.stringify(name)} is already in use` });
    return false;
  };
  const { plural, singular = "", shortNames = [], kind, listKind = "", categories } = wanted;
  const { resources, kinds } = taken;
  const isPluralFree = free(resources, plural, "PluralConflict");
  const isSingularFree = free(resources, singular, "SingularConflict");
  const areShortNamesFree = shortNames
    .map((name) => free(resources, name, "ShortNamesConflict"))
    .every(Boolean);
  const isKindFree = free(kinds, kind, "KindConflict");
  const isListKindFree = free(kinds, listKind, "ListKindConflict");
  const keptShortNames = areShortNamesFree ? wanted.shortNames : had?.shortNames;
  return {
    accepted: {
      plural: isPluralFree ? plural : (had?.plural ?? ""),
      ...given("singular", isSingularFree ? singular : had?.singular),
      ...(keptShortNames === undefined ? {} : { shortNames: keptShortNames }),
      kind: isKindFree ? kind : (had?.kind ?? ""),
      ...given("listKind", isListKindFree ? listKind : had?.listKind),
      ...(categories === undefined ? {} : { categories }),
    },
    conflict: conflicts.at(-1),
  };
}

const given = (name: "singular" | "listKind", value: string | undefined) =>
  value === undefined || value === "" ? {} : { [name]: value };

/** All names of a definition that others cannot have. */
export function namesIn({ plural, singular = "", shortNames = [], kind, listKind = "" }: Names): TakenNames {
  const said = (names: readonly string[]) => new Set(names.filter((name) => name !== ""));
  return { resources: said([plural, singular, ...shortNames]), kinds: said([kind, listKind]) };
}

/** In the order in which definitions may choose: those that have their names, then the older ones. */
export const inTurn = (crds: readonly CustomResourceDefinition[]): readonly CustomResourceDefinition[] =>
  crds.toSorted((a, b) => {
    const ranks = rank(a) - rank(b);
    if (ranks !== 0) return ranks;
    const [first, second] = [a, b].map(({ metadata }) => `${metadata.creationTimestamp} ${metadata.name}`);
    return (first ?? "") < (second ?? "") ? -1 : 1;
  });

const rank = (crd: CustomResourceDefinition): number =>
  conditionOf(crd, "NamesAccepted")?.status === "True" ? 0 : 1;

/** What every definition gets, by the definition's name. `builtIn`: the names of a group that it always had. */
export function judgeAll(
  crds: readonly CustomResourceDefinition[],
  builtIn: (group: string) => TakenNames,
): ReadonlyMap<string, NamesVerdict> {
  const verdicts = new Map<string, NamesVerdict>();
  const byGroup = Map.groupBy(inTurn(crds), ({ spec }) => spec.group);
  for (const [group, members] of byGroup) {
    const resources = new Set(builtIn(group).resources);
    const kinds = new Set(builtIn(group).kinds);
    for (const crd of members) {
      const verdict = judgeNames(crd, { resources, kinds });
      verdicts.set(crd.metadata.name, verdict);
      const own = namesIn(verdict.accepted);
      for (const name of own.resources) resources.add(name);
      for (const name of own.kinds) kinds.add(name);
    }
  }
  return verdicts;
}

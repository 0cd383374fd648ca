/**
 * Custom kinds come and go with their CustomResourceDefinitions: whenever one changes in the cache, the table of kinds
 * is told at once, on every server. So what was defined can be used as soon as the definition was answered.
 *
 * A definition that changes keeps its rows' identity only when it is the same object still: whoever keeps something per
 * row or per schema finds it again.
 */
import type { CustomResourceDefinition } from "@kubus/shared/api/apiextensions.ts";
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import type { Cache } from "../cache/cache.ts";
import { customResourceDefinitionKind } from "../kinds/apiextensions/customresourcedefinition/kind.ts";
import type { Kind } from "../kinds/kind.ts";
import type { ChangingKindTable, CustomKind } from "../kinds/kind-table.ts";
import { isSame } from "../api/same.ts";
import { rowsOf } from "./kind-rows.ts";
import { judgeAll, type NamesVerdict, type TakenNames } from "./names.ts";
import { compareVersions } from "./versions.ts";

/** Begins at once; what exists already is served when this returns. */
export function followCustomKinds(
  cache: Pick<Cache, "list" | "onEvent">,
  table: ChangingKindTable,
): Subscription {
  const made = new Map<string, Made>();
  const taken = takenBy(table.served());
  const update = () => {
    const crds = cache.list(customResourceDefinitionKind);
    const verdicts = judgeAll(crds, taken);
    const present = new Set(crds.map(({ metadata }) => metadata.name));
    for (const name of made.keys()) if (!present.has(name)) made.delete(name);
    const custom = crds.flatMap((crd) => {
      const own = rowsFor(crd, verdicts.get(crd.metadata.name), made);
      return own === undefined ? [] : [own];
    });
    setRows(table, custom);
  };
  update();
  return cache.onEvent(({ type, kind, object, previous }) => {
    if (kind !== customResourceDefinitionKind) return;
    // What the server notes in the status changes no row.
    if (
      type === "MODIFIED" &&
      previous !== undefined &&
      isSameIntent(object as CustomResourceDefinition, previous as CustomResourceDefinition)
    )
      return;
    update();
  });
}

interface Made {
  readonly crd: CustomResourceDefinition;
  readonly verdict: NamesVerdict;
  readonly custom: CustomKind | undefined;
}

function rowsFor(
  crd: CustomResourceDefinition,
  verdict: NamesVerdict | undefined,
  made: Map<string, Made>,
): CustomKind | undefined {
  // Whoever did not get its names is not served at all.
  if (verdict === undefined || verdict.conflict !== undefined) {
    made.delete(crd.metadata.name);
    return undefined;
  }
  const known = made.get(crd.metadata.name);
  if (known !== undefined && isSameIntent(crd, known.crd) && isSame(verdict, known.verdict))
    return known.custom;
  const custom = rowsOf(crd, verdict.accepted);
  made.set(crd.metadata.name, { crd, verdict, custom });
  return custom;
}

const isSameIntent = (next: CustomResourceDefinition, previous: CustomResourceDefinition): boolean =>
  next.metadata.uid === previous.metadata.uid &&
  next.metadata.generation === previous.metadata.generation &&
  (next.metadata.deletionTimestamp === undefined) === (previous.metadata.deletionTimestamp === undefined);

function setRows(table: ChangingKindTable, custom: readonly CustomKind[]): void {
  const served = custom.flatMap((one) => one.served).sort(inOrderOfDiscovery);
  table.setCustom(
    custom.map(({ stored }) => stored),
    served,
  );
}

function inOrderOfDiscovery(a: Kind, b: Kind): number {
  if (a.group !== b.group) return a.group < b.group ? -1 : 1;
  const versions = compareVersions(a.version, b.version);
  if (versions !== 0) return versions;
  return a.plural < b.plural ? -1 : 1;
}

/** The names that a group has whatever is defined. */
export function takenBy(builtIn: readonly Kind[]): (group: string) => TakenNames {
  const byGroup = Map.groupBy(builtIn, ({ group }) => group);
  return (group) => {
    const rows = byGroup.get(group) ?? [];
    return {
      resources: new Set(
        rows.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames]),
      ),
      kinds: new Set(rows.flatMap(({ kind }) => [kind, `${kind}List`])),
    };
  };
}

/** Kinds of groups and versions that Kubernetes does not serve any more: rows made of the table beside this file. */
import { apiVersionOf } from "../kind-table.ts";
import type { Kind } from "../kind.ts";
import { oldTypeOf } from "../../schema/old-types.ts";
import { otherVersion } from "../other-version.ts";
import { legacyTable, type LegacyLine } from "./table.ts";

/** Old groups and versions: told of in discovery, served to whoever asks for them, or not served at all. */
export type LegacyApis = "announced" | "hidden" | "refused";

/** What `today`s kinds were called once. A kind that is not served today has no past either. */
export function legacyRows(today: readonly Kind[], legacyApis: LegacyApis): readonly Kind[] {
  if (legacyApis === "refused") return [];
  return legacyTable.flatMap((line) =>
    line.kinds.flatMap((name) => {
      const row = today.find((kind) => kind.kind === name && apiVersionOf(kind) === line.now);
      return row === undefined ? [] : [legacyRow(line, row, legacyApis === "hidden")];
    }),
  );
}

function legacyRow(
  { was, now, deprecated, removed, read, write }: LegacyLine,
  today: Kind,
  isHidden: boolean,
): Kind {
  const [group = "", version = ""] = was.split("/");
  const { kind } = today;
  return otherVersion({
    of: today,
    group,
    version,
    isHidden,
    // `kubectl get deploy` and `kubectl get all` mean the kinds of today.
    shortNames: [],
    categories: [],
    deprecation: `${was} ${kind} is deprecated in v${deprecated}+, unavailable in v${removed}+; use ${now} ${kind}`,
    schema: oldTypeOf(was, kind) ?? today.schema,
    ...(read === undefined ? {} : { read }),
    ...(write === undefined ? {} : { write }),
  });
}

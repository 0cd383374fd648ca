/** /healthz, /livez and /readyz: a word for machines, a list of checks for people (`?verbose`), one check by its path. Pure. */
import type { ApiRequest, WholeResponse } from "../request.ts";
import { noSuchPath } from "../refusals.ts";
import { text } from "../respond.ts";

/** Why it fails, or undefined. */
export type Check = () => string | undefined;

export type Checks = Readonly<Record<string, Check>>;

/** `path`: `/readyz`, or `/readyz/cache` for one check. Refuses with 404 when there is no such check. */
export function healthAt(path: string, checks: Checks, { query }: Pick<ApiRequest, "query">): WholeResponse {
  const [, endpoint = "", one] = path.split("/");
  const excluded = query.getAll("exclude");
  const wanted = Object.entries(checks).filter(([name]) =>
    one === undefined ? !excluded.includes(name) : name === one,
  );
  if (one !== undefined && wanted.length === 0) throw noSuchPath();
  const results = wanted.map(([name, check]) => [name, check()] as const);
  const isWell = results.every(([, why]) => why === undefined);
  if (isWell && !query.has("verbose")) return text(200, "ok");
  const lines = results.map(([name, why]) =>
    why === undefined ? `[+]${name} ok` : `[-]${name} failed: ${why}`,
  );
  const verdict = `${endpoint} check ${isWell ? "passed" : "failed"}`;
  return text(isWell ? 200 : 503, [...lines, verdict, ""].join("\n"));
}

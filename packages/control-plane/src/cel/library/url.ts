/** URLs, as Go's `url.ParseRequestURI` reads them: absolute, or an absolute path. */
import { failure } from "../errors.ts";
import { as, asA, fn, method, type CelFunction } from "../functions.ts";
import { t } from "../types.ts";
import { CelOpaque, type CelKey, type CelValue } from "../values.ts";

interface ParsedUrl {
  readonly text: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

const type = t.opaque("kubernetes.URL");

function parsed(text: string): ParsedUrl | undefined {
  if (/[\u0000-\u001f\u007f]/.test(text)) return undefined;
  const match = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?]*))?([^?]*)(?:\?(.*))?$/s.exec(text);
  if (match === null) return undefined;
  const [, scheme = "", authority, path = "", query = ""] = match;
  if (scheme === "" && !text.startsWith("/")) return undefined;
  if (scheme !== "" && authority === undefined && !path.startsWith("/") && path === "") return undefined;
  const host = (scheme === "" ? undefined : authority)?.replace(/^.*@/, "") ?? "";
  const isHost = /^(\[[0-9A-Fa-f:.%]+\]|[^[\]:\s<>"]*)(:\d*)?$/.test(host);
  if (!isHost || /%(?![0-9A-Fa-f]{2})/.test(path) || /\s/.test(host)) return undefined;
  const wholePath = scheme === "" && authority !== undefined ? `//${authority}${path}` : path;
  return { text, scheme: scheme.toLowerCase(), host, path: wholePath, query };
}

function urlIn(value: CelValue | undefined): ParsedUrl {
  return asA(CelOpaque<ParsedUrl>, value).value;
}

/** Letters and what a path may hold stay as they are. */
const escapedPath = (path: string): string =>
  path.replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/gu, (character) => encodeURIComponent(character));

function queryOf({ query }: ParsedUrl): ReadonlyMap<CelKey, CelValue> {
  const map = new Map<CelKey, string[]>();
  for (const [key, value] of new URLSearchParams(query)) map.set(key, [...(map.get(key) ?? []), value]);
  return map;
}

const part = (name: string, of: (url: ParsedUrl) => string): CelFunction =>
  method(type, name, [], t.string, ([url]) => of(urlIn(url)));

const hostname = ({ host }: ParsedUrl): string =>
  host.startsWith("[") ? host.slice(1, host.indexOf("]")) : host.replace(/:\d*$/, "");

export const urlFunctions: readonly CelFunction[] = [
  fn("url", [t.string], type, ([text]) => {
    const url = parsed(as.string(text));
    if (url === undefined) throw failure(`URL parse error during conversion from string: ${as.string(text)}`);
    return new CelOpaque("kubernetes.URL", url, url.text);
  }),
  fn("isURL", [t.string], t.bool, ([text]) => parsed(as.string(text)) !== undefined),
  part("getScheme", ({ scheme }) => scheme),
  part("getHost", ({ host }) => host),
  part("getHostname", hostname),
  part("getPort", ({ host }) => /:(\d*)$/.exec(host)?.[1] ?? ""),
  part("getEscapedPath", ({ path }) => escapedPath(path)),
  method(type, "getQuery", [], t.map(t.string, t.list(t.string)), ([url]) => queryOf(urlIn(url))),
];

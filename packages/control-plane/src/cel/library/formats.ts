/** Kubernetes' named formats: `format.dns1123Label().validate(x)` is none when `x` is right, else what is wrong. */
import { dns1035Label, dnsLabel, dnsSubdomain, labelValue, qualifiedName } from "../../api/names.ts";
import { as, asA, fn, method, type CelFunction } from "../functions.ts";
import { parseTimestamp } from "../time.ts";
import { t } from "../types.ts";
import { CelOpaque, CelOptional } from "../values.ts";

type Rule = (text: string) => string | undefined;

const type = t.opaque("kubernetes.NamedFormat");

const matching =
  (pattern: RegExp, what: string): Rule =>
  (text) =>
    pattern.test(text) ? undefined : what;

/** A prefix of a name: it may end in a dash. */
const prefixOf =
  (rule: Rule): Rule =>
  (text) =>
    rule(text.endsWith("-") ? `${text}a` : text);

const rules: Readonly<Record<string, Rule>> = {
  dns1123Label: dnsLabel,
  dns1123Subdomain: dnsSubdomain,
  dns1035Label,
  qualifiedName,
  labelValue,
  dns1123LabelPrefix: prefixOf(dnsLabel),
  dns1123SubdomainPrefix: prefixOf(dnsSubdomain),
  dns1035LabelPrefix: prefixOf(dns1035Label),
  uri: (text) => (URL.canParse(text) || text.startsWith("/") ? undefined : "invalid URI"),
  uuid: matching(
    /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
    "does not match the UUID format",
  ),
  byte: matching(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, "invalid base64"),
  date: (text) => (parseTimestamp(`${text}T00:00:00Z`) === undefined ? "invalid date" : undefined),
  datetime: (text) => (parseTimestamp(text) === undefined ? "invalid datetime" : undefined),
};

const valueOf = (name: string): CelOpaque => new CelOpaque("kubernetes.NamedFormat", name);

export const formats: readonly CelFunction[] = [
  ...Object.keys(rules).map((name) => fn(`format.${name}`, [], type, () => valueOf(name))),
  fn("format.named", [t.string], t.optional(type), ([name]) =>
    Object.hasOwn(rules, as.string(name))
      ? new CelOptional(valueOf(as.string(name)))
      : new CelOptional(undefined),
  ),
  method(type, "validate", [t.string], t.optional(t.list(t.string)), ([format, text]) => {
    const rule = rules[asA(CelOpaque<string>, format).value];
    const why = rule?.(as.string(text));
    return new CelOptional(why === undefined ? undefined : [why]);
  }),
];

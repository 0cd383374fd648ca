/**
 * How names, label keys and label values must look, and Kubernetes' words when they do not
 * (apimachinery `util/validation`).
 *
 * A rule returns what is wrong, or undefined. Lengths are bytes; all of these names are ASCII.
 */
export type NameRule = (value: string) => string | undefined;

interface Pattern {
  readonly what: string;
  readonly regex: string;
  readonly examples: readonly string[];
  readonly bytesMax: number;
}

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const qualifiedPart = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

function rule({ what, regex, examples, bytesMax }: Pattern): NameRule {
  const whole = new RegExp(`^${regex}$`);
  const shownExamples = examples.map((example) => `'${example}'`).join(",  or ");
  return (value) => {
    if (value.length > bytesMax) return `must be no more than ${bytesMax} bytes`;
    if (whole.test(value)) return undefined;
    return `${what} (e.g. ${shownExamples}, regex used for validation is '${regex}')`;
  };
}

export const dnsSubdomain = rule({
  what: "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  regex: `${label}(\\.${label})*`,
  examples: ["example.com"],
  bytesMax: 253,
});

export const dnsLabel = rule({
  what: "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  regex: label,
  examples: ["my-name", "123-abc"],
  bytesMax: 63,
});

/** Names of services: they become DNS names, which may not begin with a digit. */
export const dns1035Label = rule({
  what: "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  regex: "[a-z]([-a-z0-9]*[a-z0-9])?",
  examples: ["my-name", "abc-123"],
  bytesMax: 63,
});

const namePart = rule({
  what: "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  regex: qualifiedPart,
  examples: ["MyName", "my.name", "123-abc"],
  bytesMax: 63,
});

export const labelValue = rule({
  what: "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  regex: `(${qualifiedPart})?`,
  examples: ["MyValue", "my_value", "12345"],
  bytesMax: 63,
});

/** Keys of config maps and secrets: they become file names. */
export function configKey(value: string): string | undefined {
  if (value === ".") return "must not be '.'";
  if (value === "..") return "must not be '..'";
  if (value.startsWith("..")) return "must not start with '..'";
  return configKeyPattern(value);
}

const configKeyPattern = rule({
  what: "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  regex: "[-._a-zA-Z0-9]+",
  examples: ["key.name", "KEY_NAME", "key-name"],
  bytesMax: 253,
});

/** Names with an optional DNS prefix: label keys, annotation keys, finalizers, taints. */
export function qualifiedName(value: string): string | undefined {
  const [first = "", second, ...more] = value.split("/");
  if (more.length > 0) {
    return "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
  }
  if (second === undefined) return first === "" ? "name part must be non-empty" : namePart(first);
  if (first === "") return "prefix part must be non-empty";
  const wrongPrefix = dnsSubdomain(first);
  if (wrongPrefix !== undefined) return `prefix part ${wrongPrefix}`;
  return second === "" ? "name part must be non-empty" : namePart(second);
}

/** Hosts of ingresses: a DNS subdomain whose first label is `*`. */
export const wildcardSubdomain = rule({
  what: "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  regex: `\\*\\.${label}(\\.${label})*`,
  examples: ["*.example.com"],
  bytesMax: 253,
});

/** What can stand between two slashes of a path. */
export function pathSegmentName(value: string): string | undefined {
  if (value === "." || value === "..") return `may not be '${value}'`;
  const illegal = ["/", "%"].find((text) => value.includes(text));
  return illegal === undefined ? undefined : `may not contain '${illegal}'`;
}

/** Names of container and service ports (IANA service names). */
export function portName(value: string): string | undefined {
  if (value.length > 15) return "must be no more than 15 characters";
  if (!/^[-a-z0-9]+$/.test(value))
    return "must contain only alphanumeric characters (a-z, 0-9), and hyphens (-)";
  if (!/[a-z]/.test(value)) return "must contain at least one letter (a-z)";
  if (value.includes("--")) return "must not contain consecutive hyphens";
  return /^-|-$/.test(value) ? "must not begin or end with a hyphen" : undefined;
}

/** Names of environment variables: any printable ASCII but '='. */
export function environmentName(value: string): string | undefined {
  if (value.length > 0 && /^[\x20-\x3c\x3e-\x7e]+$/.test(value)) return undefined;
  return "a valid environment variable name must consist only of printable ASCII characters other than '='";
}

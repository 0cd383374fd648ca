import assert from "node:assert/strict";
import { test } from "node:test";
import {
  configKey,
  dns1035Label,
  dnsLabel,
  dnsSubdomain,
  environmentName,
  labelValue,
  portName,
  qualifiedName,
  type NameRule,
} from "./names.ts";

function check(
  rule: NameRule,
  { good, bad }: { readonly good: readonly string[]; readonly bad: readonly string[] },
): void {
  for (const name of good) assert.equal(rule(name), undefined, name);
  for (const name of bad) assert.notEqual(rule(name), undefined, name);
}

test("names of objects", () => {
  check(dnsSubdomain, {
    good: ["a", "a-b.c", "0", "a".repeat(253)],
    bad: ["", "A", "a_b", "-a", "a.", "a..b", "a\n", "a".repeat(254)],
  });
  check(dnsLabel, { good: ["a", "1-a"], bad: ["a.b", "", "a".repeat(64)] });
  check(dns1035Label, { good: ["a1"], bad: ["1a", "a.b"] });
});

test("keys and values of labels", () => {
  check(qualifiedName, {
    good: ["app", "kubernetes.io/name", "A.b_c"],
    bad: ["", "/a", "a/", "a/b/c", "A.io/a", "a b"],
  });
  check(labelValue, { good: ["", "web", "V1.0_x"], bad: ["-a", "a b", "a".repeat(64)] });
});

test("names of ports, keys and variables", () => {
  check(portName, { good: ["http", "p2p-1"], bad: ["", "80", "HTTP", "a--b", "-a", "a".repeat(16)] });
  check(configKey, { good: ["a.b", ".x", "A_b"], bad: ["", ".", "..", "..a", "a/b", "a".repeat(254)] });
  check(environmentName, { good: ["PATH", "a.b-c", "1"], bad: ["", "A=B", "ä"] });
});

test("says what would be right", () => {
  assert.equal(
    dnsSubdomain("Web"),
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { rewrittenLocation } from "./location.ts";

const prefix = "/api/v1/namespaces/default/services/web/proxy";
const behind = { authority: "10.244.0.5:8080", host: "127.0.0.1:6443", prefix };

const cases: readonly (readonly [string, string, string])[] = [
  ["a path of the server", "/login?next=1", `${prefix}/login?next=1`],
  ["the server by its address", "http://10.244.0.5:8080/a/", `https://127.0.0.1:6443${prefix}/a/`],
  ["the server by the name the client used", "http://127.0.0.1:6443/a", `https://127.0.0.1:6443${prefix}/a`],
  ["what has the prefix already", `${prefix}/a`, `${prefix}/a`],
  ["another server", "https://example.org/a", "https://example.org/a"],
  ["another server without a scheme", "//example.org/a", "//example.org/a"],
  ["what is relative", "next/page", "next/page"],
];

for (const [what, given, wanted] of cases)
  test(`rewrites a redirect to ${what}`, () => assert.equal(rewrittenLocation(given, behind), wanted));

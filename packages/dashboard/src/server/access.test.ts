import assert from "node:assert/strict";
import { test } from "node:test";
import { cookieFor, isToken, judge, type AccessRequest } from "./access.ts";

const terms = { port: 8080, token: "a-token-of-sixteen-or-more" };
const verdict = (request: Partial<AccessRequest>) =>
  judge({ url: "/", host: "127.0.0.1:8080", origin: undefined, cookie: undefined, ...request }, terms);
const url = `/?token=${terms.token}`;

test("grants whoever knows the token, by URL or by the cookie that the page was given", () => {
  assert.equal(verdict({ url }), "granted");
  assert.equal(verdict({ url, host: "localhost:8080", origin: "http://localhost:8080" }), "granted");
  assert.equal(verdict({ cookie: `other=1; ${cookieFor(terms).split(";")[0] ?? ""}` }), "granted");
});

test("refuses without a token, and with a wrong one even beside the right cookie", () => {
  assert.equal(verdict({}), "noToken");
  assert.equal(verdict({ cookie: "kubus-dashboard-8081=a-token-of-sixteen-or-more" }), "noToken");
  assert.equal(verdict({ url: "/?token=" }), "wrongToken");
  assert.equal(verdict({ url: "/?token=wrong", cookie: cookieFor(terms) }), "wrongToken");
});

test("refuses a foreign page although it knows the token", () => {
  for (const origin of [
    "http://evil.example",
    "null",
    "https://127.0.0.1:8080",
    "http://127.0.0.1:8081",
    "",
  ]) {
    assert.equal(verdict({ url, origin }), "foreignOrigin", origin);
  }
});

test("refuses a foreign name that was made to point here", () => {
  for (const host of ["evil.example:8080", "evil.example", "127.0.0.1", "127.0.0.1:80", undefined]) {
    assert.equal(verdict({ url, host }), "foreignHost", host ?? "none");
  }
});

test("takes only tokens that are long and need no quoting", () => {
  assert.ok(isToken(terms.token));
  for (const token of ["", "short", "with space and more text", "semi;colon-semi;colon"])
    assert.ok(!isToken(token));
});

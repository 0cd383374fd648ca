import assert from "node:assert/strict";
import { test } from "node:test";
import { contains, formatAddress, formatRange, parseAddress, parseRange } from "./addresses.ts";
import { canonicalAddress, validateCanonicalRange, validateEndpointAddress } from "./validate-address.ts";

const canonical = (text: string) => {
  const address = parseAddress(text);
  return address === undefined ? undefined : formatAddress(address);
};
const range = (text: string) => {
  const parsed = parseRange(text);
  return parsed === undefined ? undefined : formatRange(parsed);
};

test("addresses have one canonical form", () => {
  const forms = {
    "10.0.0.1": "10.0.0.1",
    "010.000.0.1": "10.0.0.1",
    "::ffff:10.0.0.1": "10.0.0.1",
    "2001:DB8:0:0:0:0:0:1": "2001:db8::1",
    "1:0:0:2:0:0:0:3": "1:0:0:2::3",
    "::": "::",
    "1::": "1::",
    "64:ff9b::192.0.2.33": "64:ff9b::c000:221",
  };
  for (const [text, form] of Object.entries(forms)) assert.equal(canonical(text), form, text);
  for (const text of ["", "10.0.0", "10.0.0.256", "1.2.3.4.5", ":::", "fe80::1%eth0", "a.b.c.d"])
    assert.equal(canonical(text), undefined, text);
});

test("ranges begin at their network", () => {
  assert.equal(range("10.1.2.3/8"), "10.0.0.0/8");
  assert.equal(range("2001:db8::1/64"), "2001:db8::/64");
  assert.equal(range("::ffff:10.1.2.3/104"), "10.0.0.0/8");
  for (const text of ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/8/8", "10.0.0.0/", "::/129", "10.0.0.0/-1"])
    assert.equal(range(text), undefined, text);
});

test("a range contains those within it, of its family only", () => {
  const within = (outer: string, inner: string) => {
    const [a, b] = [parseRange(outer), parseRange(inner)];
    assert.ok(a !== undefined && b !== undefined);
    return contains(a, b);
  };
  assert.equal(within("10.0.0.0/8", "10.9.0.0/16"), true);
  assert.equal(within("10.0.0.0/8", "11.0.0.0/16"), false);
  assert.equal(within("10.9.0.0/16", "10.0.0.0/8"), false);
  assert.equal(within("::/0", "10.0.0.0/8"), false);
});

test("says what is wrong with an address", () => {
  assert.equal(canonicalAddress("10.0.0.1"), undefined);
  assert.equal(canonicalAddress("2001:db8::0"), 'must be in canonical form ("2001:db8::")');
  assert.match(canonicalAddress("web") ?? "", /^must be a valid IP address, \(e\.g\. 10\.9\.8\.7/);
  assert.deepEqual(
    validateCanonicalRange("10.0.0.1/8", "f").map(({ message }) => message),
    ['Invalid value: "10.0.0.1/8": must be in canonical form ("10.0.0.0/8")'],
  );
  const wrong = (text: string) => validateEndpointAddress(text, "f").map(({ message }) => message);
  assert.deepEqual(wrong("10.0.0.1"), []);
  assert.deepEqual(wrong("0.0.0.0"), ['Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)']);
  assert.match(wrong("127.9.9.9").join(), /loopback range/);
  assert.match(wrong("fe80::7").join(), /link-local range/);
  assert.match(wrong("224.0.0.9").join(), /link-local multicast range/);
});

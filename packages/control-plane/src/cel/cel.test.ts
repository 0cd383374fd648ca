/** CEL as Kubernetes documents it: values, failures, libraries, and that nothing runs for ever. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compileCel, fromJson, isCelError, makeMeter, t, toJson, type CelEnvironment } from "./cel.ts";
import { CelOpaque } from "./values.ts";

const environment: CelEnvironment = {
  variables: {
    object: t.dyn,
    n: t.int,
    s: t.string,
    items: t.list(t.string),
    any: t.dyn,
    self: t.object("Crontab", {
      replicas: t.int,
      ratio: t.double,
      schedule: t.string,
      start: t.timestamp,
      every: t.duration,
      tags: t.list(t.string, { kind: "set" }),
      rules: t.list(t.dyn, { kind: "map", keys: ["name"] }),
      __namespace__: t.string,
    }),
  },
};

const variables = {
  object: {
    metadata: { name: "web", labels: { app: "shop", "a.b/c": "x" } },
    spec: { replicas: 3, weight: 1.5, containers: [{ name: "a", image: "x:1" }, { name: "b" }], gone: null },
  },
  n: 7,
  s: "grüße",
  items: ["b", "a", "c"],
  any: 5,
  self: {
    replicas: 2,
    ratio: 1,
    schedule: "* * *",
    start: "2024-02-29T12:00:00.5Z",
    every: "1h30m",
    tags: ["x", "y"],
    rules: [{ name: "one", v: 1 }],
  },
};

function evaluated(source: string): unknown {
  const program = compileCel(source, environment);
  if (isCelError(program)) return `compile: ${program.message.split("\n")[0] ?? ""}`;
  const outcome = program.evaluate(variables);
  if ("error" in outcome) return `${outcome.error.kind}: ${outcome.error.message}`;
  return outcome.value instanceof CelOpaque ? "opaque" : toJson(outcome.value);
}

/** An expression and what it comes to; failures are written `runtime: ...`, `compile: ...`. */
const cases: readonly (readonly [source: string, expected: unknown])[] = [
  // Values and operators
  ["1 + 2 * 3 - 4 / 2 % 3", 5],
  ["-7 / 2", -3],
  ["-7 % 2", -1],
  ["7.0 / 2.0", 3.5],
  ["1 / 0", "runtime: division by zero"],
  ["1 % 0", "runtime: modulus by zero"],
  ["9223372036854775807 + 1", "runtime: integer overflow"],
  ["1u - 2u", "runtime: unsigned integer overflow"],
  ["1 < 1.5 && 2u > 1", true],
  ["dyn(1) == dyn(1.0) && dyn(1u) == dyn(1)", true],
  ["dyn(1) == dyn('1')", false],
  [
    "1 == '1'",
    "compile: ERROR: <input>:1:3: found no matching overload for '_==_' applied to '(int, string)'",
  ],
  ["1 + '1'", "compile: ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'"],
  ["'a' < 'b' && 'Z' < 'a'", true],
  ["[1, 2] + [3] == [1, 2, 3]", true],
  ["{'a': 1, 'b': 2} == {'b': 2, 'a': 1}", true],
  ["2 in [1, 2] && !('x' in {'a': 1}) && 'a' in {'a': 1}", true],
  ["{1: 'x'}[1]", "x"],
  ["{1: 'x', 1: 'y'}", "runtime: Failed with repeated key: 1"],
  ["[1, 2][2]", "runtime: index out of bounds: 2"],
  ["{'a': 1}.b", "runtime: no such key: b"],
  ["true || 1 / 0 == 0", true],
  ["1 / 0 == 0 || true", true],
  ["1 / 0 == 0 && false", false],
  ["1 / 0 == 0 && true", "runtime: division by zero"],
  ["n > 5 ? 'big' : 'small'", "big"],
  [
    "n > 5 ? 1 : 'small'",
    "compile: ERROR: <input>:1:7: found no matching overload for '_?_:_' applied to '(bool, int, string)'",
  ],
  ["type(1) == int && type('') == string && type(null) == null_type", true],
  ["b'abc' == bytes('abc')", true],
  ["nope", "compile: ERROR: <input>:1:1: undeclared reference to 'nope' (in container '')"],
  ["nope(1)", "compile: ERROR: <input>:1:5: undeclared reference to 'nope' (in container '')"],
  ["s.nope()", "compile: ERROR: <input>:1:7: undeclared reference to 'nope' (in container '')"],
  ["n.foo", "compile: ERROR: <input>:1:2: type 'int' does not support field selection"],
  // JSON
  ["object.spec.replicas + 1", 4],
  ["object.spec.weight * 2.0", 3],
  ["object.spec.replicas == 3 && object.spec.replicas < 3.5", true],
  ["has(object.spec.replicas) && !has(object.spec.nope)", true],
  ["has(object.nope.nope)", "runtime: no such key: nope"],
  ["object.spec.gone == null", true],
  ["object.metadata.labels['a.b/c']", "x"],
  ["object.spec.containers.all(c, has(c.image))", false],
  ["object.spec.containers.exists_one(c, c.name == 'a')", true],
  ["object.spec.containers.filter(c, has(c.image)).map(c, c.image)", ["x:1"]],
  ["object.metadata.labels.all(k, k.size() > 2)", true],
  ["object.metadata.name + 1", "runtime: no such overload"],
  // A schema decides
  ["self.replicas + 1", 3],
  ["self.ratio + 1.0", 2],
  [
    "self.ratio + 1",
    "compile: ERROR: <input>:1:12: found no matching overload for '_+_' applied to '(double, int)'",
  ],
  ["self.nope", "compile: ERROR: <input>:1:5: undefined field 'nope'"],
  ["has(self.__namespace__)", false],
  ["self.tags == ['y', 'x']", true],
  ["self.tags + ['y', 'z']", ["x", "y", "z"]],
  ["self.rules + [{'name': 'one', 'v': 2}, {'name': 'two'}]", [{ name: "one", v: 2 }, { name: "two" }]],
  [
    "self.start.getFullYear() == 2024 && self.start.getMonth() == 1 && self.start.getDayOfMonth() == 28",
    true,
  ],
  ["self.start.getDate() == 29 && self.start.getMilliseconds() == 500", true],
  ["self.start.getHours('Europe/Berlin') + self.start.getHours('-02:00')", 23],
  ["string(self.start + self.every)", "2024-02-29T13:30:00.5Z"],
  ["self.every == duration('90m') && self.every.getMinutes() == 90", true],
  ["string(duration('1.5s'))", "1.5s"],
  [
    "timestamp('2023-02-29T00:00:00Z')",
    "runtime: type conversion error from '2023-02-29T00:00:00Z' to 'google.protobuf.Timestamp'",
  ],
  // Macros
  ["items.all(x, x < 'd') && items.exists(x, x == 'c')", true],
  ["[1, 2, 3].map(x, x > 1, x * 2)", [4, 6]],
  ["[0, 1].exists(x, 1 / x == 1)", true],
  ["[0, 2].exists(x, 1 / x == 1)", "runtime: division by zero"],
  ["[1, 2].all(x, x)", "compile: ERROR: <input>:1:11: expected type 'bool' but found 'int'"],
  ["[[1, 2], [3]].map(l, l.map(x, x + l[0]))", [[2, 3], [6]]],
  ["items.all(i, x, i < 3 && x != '')", true],
  ["{'a': 1, 'b': 2}.exists(k, v, k == 'b' && v == 2)", true],
  ["['x', 'y'].transformList(i, v, v + string(i))", ["x0", "y1"]],
  ["{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10)", { b: 20 }],
  ["['a', 'b'].transformMapEntry(i, v, {v: i})", { a: 0, b: 1 }],
  ["cel.bind(x, n * 2, x + x)", 28],
  [
    "n.map(x, x)",
    "compile: ERROR: <input>:1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)",
  ],
  // Optional values
  ["object.?spec.?nope.orValue('none')", "none"],
  ["object.?spec.?replicas.value()", 3],
  ["object.spec.?nope.hasValue()", false],
  ["object.?nope.nope.orValue(1)", 1],
  ["items[?9].orValue('z') + items[?0].orValue('z')", "zb"],
  ["optional.of(2).optMap(x, x + 1).value()", 3],
  ["optional.none().value()", "runtime: optional.none() dereference"],
  ["optional.ofNonZeroValue('').hasValue()", false],
  // Strings
  ["s.size() == 5 && s.charAt(2) == 'ü'", true],
  ["s.indexOf('ß') == 3 && s.lastIndexOf('g') == 0 && s.indexOf('x') == -1", true],
  ["s.substring(2, 4)", "üß"],
  ["s.substring(6)", "runtime: index out of range: 6"],
  ["'ÄB'.lowerAscii() + 'äb'.upperAscii()", "ÄbäB"],
  ["'  a b '.trim()", "a b"],
  ["'a,b,c'.split(',', 2)", ["a", "b,c"]],
  ["'abab'.replace('a', 'x', 1) + 'ab'.replace('', '-')", "xbab-a-b-"],
  ["items.join('/')", "b/a/c"],
  ["'%s has %d of %.2f, %x %b'.format(['x', 3, 1.5, 255, 5])", "x has 3 of 1.50, ff 101"],
  ["'%s'.format([[1, 'a', {'k': true}]])", "[1, a, {k: true}]"],
  ["string(1.0) + string(0.5) + string(1e21) + string(true)", "10.51e+21true"],
  ["int('0x1')", "runtime: type conversion error from '0x1' to 'int'"],
  ["'abc'.matches('^[a-c]+$') && matches('x', 'x|y')", true],
  ["'abc 123 def 456'.find('[0-9]+')", "123"],
  ["'123 abc 456'.findAll('[0-9]*')", ["123", "", "", "", "", "456"]],
  ["'123 abc 456'.findAll('[0-9]+', 1)", ["123"]],
  ["'a'.matches('(')", "runtime: error parsing regexp: missing closing ): `(`"],
  // Lists and sets
  ["[1, 3, 2].isSorted() || ['a', 'b'].isSorted()", true],
  ["[1, 3].sum() == 4 && [1.0, 2.0].sum() == 3.0 && [].sum() == 0", true],
  ["[3, 1, 2].min() == 1 && ['a', 'c'].max() == 'c'", true],
  ["[].min()", "runtime: min called on empty list"],
  ["['a', 'b', 'b'].indexOf('b') == 1 && ['a', 'b', 'b'].lastIndexOf('b') == 2", true],
  ["sets.contains([1, 2, 3], [2]) && sets.intersects([1], [1, 2]) && sets.equivalent([1, 1], [1])", true],
  // URLs, addresses, quantities, versions, formats
  ["url('https://user@example.com:8443/a b/?k=v&k=w').getPort()", "8443"],
  ["url('https://[::1]:80/a').getHostname() + url('/path').getScheme()", "::1"],
  ["url('https://e.com/?k=v&k=w').getQuery()", { k: ["v", "w"] }],
  ["isURL('https://e.com') && isURL('/a') && !isURL('e.com') && !isURL('../a')", true],
  ["ip('127.0.0.1').isLoopback() && ip('::1').family() == 6 && !isIP('1.2.3.04')", true],
  ["string(ip('2001:db8:0:0:1::5')) + ' ' + string(ip.isCanonical('2001:DB8::'))", "2001:db8::1:0:0:5 false"],
  [
    "cidr('192.168.0.0/24').containsIP('192.168.0.9') && !cidr('10.0.0.0/8').containsCIDR('10.0.0.0/7')",
    true,
  ],
  ["string(cidr('192.168.3.7/16').masked()) + string(cidr('10.0.0.0/8').prefixLength())", "192.168.0.0/168"],
  ["quantity('1.5Gi').isGreaterThan(quantity('1500M')) && quantity('50k').asInteger() == 50000", true],
  ["quantity('500m').add(quantity('1')).sub(1).asApproximateFloat()", 0.5],
  ["isQuantity('1x') || quantity('1k') == quantity('1000')", true],
  ["semver('1.2.3-rc.1').isLessThan(semver('1.2.3')) && semver('v1.2', true).minor() == 2", true],
  ["isSemver('1.2') || semver('1.10.0').compareTo(semver('1.9.9')) == 1", true],
  ["format.dns1123Label().validate('my-name').hasValue()", false],
  ["format.dns1123Label().validate('My_name').hasValue()", true],
  // Syntax
  ["1 +", "compile: ERROR: <input>:1:4: Syntax error: Unexpected token: EOF"],
];

for (const [source, expected] of cases) test(source, () => assert.deepEqual(evaluated(source), expected));

test("an error points at its place", () => {
  const program = compileCel("self.replicas > 1 &&\n  self.nope", environment);
  assert.ok(isCelError(program));
  assert.equal(program.message, "ERROR: <input>:2:7: undefined field 'nope'\n |   self.nope\n | ......^");
});

test("the result must be of the type that is asked for", () => {
  const program = compileCel("1 + 1", { ...environment, result: t.bool });
  assert.ok(isCelError(program));
  assert.match(program.message, /must evaluate to bool/);
});

test("names that are mentioned are known", () => {
  const program = compileCel("self.replicas > n", environment);
  assert.ok(!isCelError(program));
  assert.deepEqual(
    ["self", "n", "s"].map((name) => program.mentions(name)),
    [true, true, false],
  );
});

const endless: readonly string[] = [
  "object.list.all(a, object.list.all(b, object.list.all(c, a + b + c >= 0)))",
  "object.list.map(a, object.list).map(l, l.map(x, object.list)).size() > 0",
  `cel.bind(a, 'x', ${Array.from({ length: 40 }, () => "cel.bind(a, a + a, ").join("")}a${")".repeat(41)}.size() > 0`,
  "object.list.exists(i, object.long.matches('(x+x+)+y'))",
];

for (const source of endless) {
  test(`ends: ${source.slice(0, 60)}`, () => {
    const program = compileCel(source, environment);
    assert.ok(!isCelError(program));
    const started = performance.now();
    const list = Array.from({ length: 1_000 }, (_, at) => at);
    const outcome = program.evaluate({ object: { list, long: "x".repeat(10_000) } });
    assert.ok("error" in outcome);
    assert.ok(performance.now() - started < 3_000, "it took too long");
  });
}

test("a budget is shared by the programs that are given it", () => {
  const program = compileCel("[1, 2, 3].all(x, x > 0)", environment);
  assert.ok(!isCelError(program));
  const meter = makeMeter(60);
  const kinds = [1, 2, 3].map(() => {
    const outcome = program.evaluate({}, meter);
    return "error" in outcome ? outcome.error.kind : outcome.value;
  });
  assert.deepEqual(kinds, [true, true, "cost"]);
});

test("values survive the way from JSON and back", () => {
  const json = { a: [1, 1.5, "x", null, true], "b-c": { d: {} } };
  assert.deepEqual(toJson(fromJson(json)), json);
});

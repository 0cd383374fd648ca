/** Which controllers and parts work after which words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeKindTable } from "../kinds/kind-table.ts";
import { kinds } from "../kinds/index.ts";
import { controllersOf, type ControllerTableOptions } from "../controllers/index.ts";
import { controllerNames } from "./controller-names.ts";
import {
  annotationsOf,
  everything,
  isDisabled,
  readSwitches,
  switchesOn,
  workOf,
  type Switches,
} from "./switches.ts";

const read = (controllers: readonly string[], disable: readonly string[] = []): Switches => {
  const reading = readSwitches({ controllers, disable });
  return "switches" in reading ? reading.switches : assert.fail(reading.complaint);
};
const complaint = (controllers: readonly string[], disable: readonly string[] = []): string => {
  const reading = readSwitches({ controllers, disable });
  return "complaint" in reading ? reading.complaint : assert.fail(JSON.stringify(reading));
};

const table: readonly { readonly words: readonly string[]; readonly leads: string }[] = [
  { words: [], leads: "" },
  { words: ["*"], leads: "" },
  { words: ["*,-deployment"], leads: ", without deployment" },
  {
    words: ["*", "-deployment-controller", " -hpa "],
    leads: ", without deployment, horizontal-pod-autoscaler",
  },
  { words: ["-garbage-collector-controller,*"], leads: ", without garbage" },
  { words: ["*,deployment,-deployment"], leads: "" },
  { words: ["*,-deployment,deployment"], leads: ", without deployment" },
  { words: ["replicaset,deployment"], leads: ", with only deployment, replicaset" },
  { words: ["-namespace"], leads: ", without controllers" },
];

for (const { words, leads } of table)
  test(`--controllers=${words.join(" --controllers=")}: the server leads${leads}`, () => {
    assert.equal(workOf(read(words)), leads);
  });

test("parts are switched off by name", () => {
  const switches = read([], ["scheduler,dashboard"]);
  assert.ok(isDisabled(switches, "scheduler") && isDisabled(switches, "dashboard"));
  assert.ok(!isDisabled(everything, "scheduler"));
});

test("unknown names are refused with those that there are", () => {
  assert.match(
    complaint(["*,-deploymint"]),
    /^"-deploymint" is no controller\. There are: \*, .*deployment, /,
  );
  assert.match(complaint(["toString"]), /is no controller/);
  assert.equal(complaint([], ["dns"]), '"dns" cannot be disabled. What can be: scheduler, dashboard.');
  assert.match(complaint([], ["constructor"]), /cannot be disabled/);
});

test("what a leader was told is read again from its lease", () => {
  const switches = read(["*,-hpa"], ["scheduler"]);
  const written = Object.entries(annotationsOf(switches)).flatMap(([key, value]) =>
    value === null ? [] : [[key, value]],
  );
  assert.deepEqual(switchesOn(Object.fromEntries(written) as Record<string, string>), switches);
  assert.deepEqual(switchesOn({}), everything);
  assert.deepEqual(Object.values(annotationsOf(everything)), [null, null]);
});

test("the list of names has every controller and nobody else", () => {
  const options = { caCertificate: "", serviceCidr: "10.96.0.0/16", apiPort: 1, apiAddress: "10.0.0.1" };
  const full = { ...options, kinds: makeKindTable(kinds) } as unknown as ControllerTableOptions;
  // Those of nodes stand beside the nodes.
  const made = [...controllersOf(full).map(({ name }) => name), "nodelife", "nodeaddress"];
  assert.deepEqual(made.toSorted(), Object.keys(controllerNames));
});

test("every name means one controller", () => {
  const all = Object.entries(controllerNames).flatMap(([name, aliases]) => [name, ...aliases]);
  assert.deepEqual(
    all.filter((name, index) => all.indexOf(name) !== index),
    [],
  );
});

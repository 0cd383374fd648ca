/** Boards' sensors, played by folders that look like /sys. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { sensorsIn, type Sensed } from "./sensors.ts";
import { pressureIn } from "./vitals.ts";

interface FakeBoard {
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>;
  /** What the sensors say now; they are found at the first call. */
  readonly sense: (cpuUsed?: number) => Sensed;
}

async function onBoard(
  files: Readonly<Record<string, string>>,
  body: (board: FakeBoard) => Promise<void> | void,
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), `kubus-sys-${process.pid}-`));
  const write = async (some: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(some)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), `${text}\n`);
    }
  };
  try {
    await write(files);
    const found = sensorsIn(root);
    await body({ write, sense: (cpuUsed = 0.1) => found(cpuUsed) });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const zone = "class/thermal/thermal_zone0";
const throttledFile = "devices/platform/soc/soc:firmware/get_throttled";
const pi = { [`${zone}/type`]: "cpu-thermal", [`${zone}/temp`]: "48312", [throttledFile]: "0" };

test("a board without sensors says nothing", () =>
  onBoard({}, ({ sense }) => {
    assert.deepEqual(sense(), {});
  }));

test("a Raspberry Pi: its heat and its firmware's flags, now and since the start", () =>
  onBoard(pi, async ({ write, sense }) => {
    const well = { temperatureCelsius: 48.312, throttled: false, throttledBy: [], underVoltage: false };
    assert.deepEqual(sense(), { ...well, sinceBoot: [] });
    const cases: readonly (readonly [string, Partial<Sensed>])[] = [
      ["1", { underVoltage: true }],
      ["2", { throttled: true, throttledBy: ["the firmware caps its frequency"] }],
      ["4", { throttled: true, throttledBy: ["the firmware throttles it"] }],
      ["8", { throttled: true, throttledBy: ["it is above the soft temperature limit"] }],
      ["10000", { sinceBoot: ["under-voltage"] }],
      ["0x50000", { sinceBoot: ["under-voltage", "throttling"] }],
      ["80000", { sinceBoot: ["throttling"] }],
    ];
    for (const [flags, expected] of cases) {
      await write({ [throttledFile]: flags });
      assert.deepEqual(sense(), { ...well, sinceBoot: [], ...expected }, flags);
    }
  }));

test("flags that are no number are no flags", () =>
  onBoard({ [throttledFile]: "?" }, ({ sense }) => {
    assert.deepEqual(sense(), {});
  }));

test("under-voltage is also told by the voltage sensor alone", () =>
  onBoard(
    { "class/hwmon/hwmon1/name": "rpi_volt", "class/hwmon/hwmon1/in0_lcrit_alarm": "1" },
    async ({ write, sense }) => {
      assert.deepEqual(sense(), { underVoltage: true });
      await write({ "class/hwmon/hwmon1/in0_lcrit_alarm": "0" });
      assert.deepEqual(sense(), { underVoltage: false });
    },
  ));

test("of several zones the hottest of the processor's counts, and never the battery or the radio", () =>
  onBoard(
    {
      "class/thermal/thermal_zone0/type": "iwlwifi_1",
      "class/thermal/thermal_zone0/temp": "90000",
      "class/thermal/thermal_zone1/type": "bigcore0-thermal",
      "class/thermal/thermal_zone1/temp": "61000",
      "class/thermal/thermal_zone2/type": "littlecore-thermal",
      "class/thermal/thermal_zone2/temp": "55000",
    },
    ({ sense }) => {
      assert.equal(sense().temperatureCelsius, 61);
    },
  ));

test("a processor that only has a sensor chip is read there, rather than in the case", () =>
  onBoard(
    {
      [`${zone}/type`]: "acpitz",
      [`${zone}/temp`]: "27800",
      "class/hwmon/hwmon3/name": "k10temp",
      "class/hwmon/hwmon3/temp1_input": "58500",
    },
    ({ sense }) => {
      assert.equal(sense().temperatureCelsius, 58.5);
    },
  ));

test("what cannot be true is not told, nor what cannot be read", () =>
  onBoard(pi, async ({ write, sense }) => {
    for (const text of ["-274000", "999999", "hot", ""]) {
      await write({ [`${zone}/temp`]: text });
      assert.equal(sense().temperatureCelsius, undefined, text);
    }
  }));

test("the limit is the lowest trip at which something is slowed down", () =>
  onBoard(
    {
      ...pi,
      [`${zone}/trip_point_0_type`]: "critical",
      [`${zone}/trip_point_0_temp`]: "110000",
      [`${zone}/trip_point_1_type`]: "passive",
      [`${zone}/trip_point_1_temp`]: "85000",
      [`${zone}/trip_point_2_type`]: "passive",
      [`${zone}/trip_point_2_temp`]: "75000",
      [`${zone}/trip_point_3_type`]: "passive",
      [`${zone}/trip_point_3_temp`]: "0",
    },
    ({ sense }) => {
      assert.equal(sense().heatLimitCelsius, 75);
    },
  ));

test("a kernel that cools by slowing down is seen doing it; a fan is no slowness", () =>
  onBoard(
    {
      "class/thermal/cooling_device0/type": "pwm-fan",
      "class/thermal/cooling_device0/cur_state": "4",
      "class/thermal/cooling_device1/type": "cpufreq-cpu0",
      "class/thermal/cooling_device1/cur_state": "0",
    },
    async ({ write, sense }) => {
      assert.equal(sense().throttled, false);
      await write({ "class/thermal/cooling_device1/cur_state": "2" });
      assert.deepEqual(sense().throttledBy, ["the kernel slows it down to cool it"]);
    },
  ));

test("a processor that counts its own throttling: more since the last look is throttling now", () =>
  onBoard(
    { "devices/system/cpu/cpu0/thermal_throttle/package_throttle_count": "7" },
    async ({ write, sense }) => {
      assert.equal(sense().throttled, false);
      await write({ "devices/system/cpu/cpu0/thermal_throttle/package_throttle_count": "8" });
      assert.deepEqual(sense().throttledBy, ["its processor throttles itself"]);
      assert.equal(sense().throttled, false);
    },
  ));

test("hot, busy and slow together mean being held back; idle and slow is saving power", () =>
  onBoard(
    {
      [`${zone}/type`]: "x86_pkg_temp",
      [`${zone}/temp`]: "93000",
      [`${zone}/trip_point_0_type`]: "passive",
      [`${zone}/trip_point_0_temp`]: "95000",
      "devices/system/cpu/cpufreq/policy0/cpuinfo_max_freq": "3000000",
      "devices/system/cpu/cpufreq/policy0/scaling_cur_freq": "1500000",
    },
    async ({ write, sense }) => {
      assert.equal(sense(0.9).throttled, true);
      assert.equal(sense(0.1).throttled, false);
      await write({ "devices/system/cpu/cpufreq/policy0/scaling_cur_freq": "2900000" });
      assert.equal(sense(0.9).throttled, false);
      await write({
        "devices/system/cpu/cpufreq/policy0/scaling_cur_freq": "1500000",
        [`${zone}/temp`]: "60000",
      });
      assert.equal(sense(0.9).throttled, false);
    },
  ));

test("pressure is the last minute of whatever is waited for most", () => {
  const text = (avg60: string) =>
    `some avg10=99.00 avg60=${avg60} avg300=0.10 total=1\nfull avg10=0.00 avg60=88.00 avg300=0.00 total=0`;
  assert.equal(pressureIn([text("1.50"), text("25.00"), undefined]), 0.25);
  assert.equal(pressureIn([undefined, "", undefined]), undefined);
});

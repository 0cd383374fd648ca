/**
 * A board's heat and power, as the kernel's /sys tells them; which sensors there are is found out once.
 *
 * Slowing down has many mouths: a Raspberry Pi's firmware has flags, other boards' kernels have cooling devices, Intel's
 * processors count their own throttling, and everywhere a processor that is hot and busy and slow is being held back.
 * A board that has none of them says nothing.
 */
import { namesIn, readNumber, readText } from "./proc.ts";

/** What the sensors say; each is absent where the board has no such sensor. */
export interface Sensed {
  readonly temperatureCelsius?: number;
  readonly heatLimitCelsius?: number;
  readonly throttled?: boolean;
  readonly throttledBy?: readonly string[];
  readonly underVoltage?: boolean;
  readonly sinceBoot?: readonly string[];
}

/** Limits beyond this are the mistakes of a firmware's tables. */
const heatLimits = { leastCelsius: 50, mostCelsius: 110 } as const;

/** What no processor's sensor truly says: it is broken, or not wired. */
const believable = { leastCelsius: -40, mostCelsius: 150 } as const;

/** Hot, busy and slow together mean being held back; each alone is everyday. */
const heldBack = { marginCelsius: 5, cpuUsedLeast: 0.5, frequencyShareMost: 0.7 } as const;

/** A function that reads; `sysfsRoot` is /sys, or a folder that looks like it. */
export function sensorsIn(sysfsRoot: string): (cpuUsed: number) => Sensed {
  const heat = heatIn(sysfsRoot);
  const firmware = firmwareIn(sysfsRoot);
  const cooling = coolingIn(sysfsRoot);
  const counted = countersIn(sysfsRoot);
  const clock = clockIn(sysfsRoot);
  return (cpuUsed) => {
    const temperatureCelsius = heat.celsius();
    const flags = firmware.flags();
    const isSlow = isHeldBack({ temperatureCelsius, limit: heat.limit, cpuUsed, frequencyShare: clock() });
    const mouths = [
      flags === undefined ? undefined : firmwareCauses(flags),
      isCooled(cooling()),
      isCounted(counted()),
      isSlow === undefined ? undefined : isSlow ? ["its processor is hot, busy and slow"] : [],
    ].filter((causes) => causes !== undefined);
    const throttledBy = mouths.flat();
    return {
      ...(temperatureCelsius === undefined ? {} : { temperatureCelsius }),
      ...(heat.limit === undefined ? {} : { heatLimitCelsius: heat.limit }),
      ...(mouths.length === 0 ? {} : { throttled: throttledBy.length > 0, throttledBy }),
      ...firmware.voltage(flags),
    };
  };
}

/** The hottest of the processor's sensors, and the lowest temperature at which the kernel begins to slow it down. */
function heatIn(root: string) {
  const folder = `${root}/class/thermal`;
  const zones = namesIn(folder)
    .filter((name) => name.startsWith("thermal_zone"))
    .map((name) => ({ path: `${folder}/${name}`, type: readText(`${folder}/${name}/type`) ?? "" }));
  const own = zones.filter(({ type }) => /cpu|soc|core|x86_pkg|package/i.test(type));
  const chips = chipsIn(root, /^(coretemp|k10temp|zenpower|cpu_thermal)$/).map(
    (path) => `${path}/temp1_input`,
  );
  const chosen = own.length > 0 ? own : chips.length > 0 ? [] : zones.slice(0, 1);
  const paths = [...chosen.map(({ path }) => `${path}/temp`), ...(own.length > 0 ? [] : chips)];
  const limits = chosen.flatMap(({ path }) => passiveTrips(path));
  return {
    limit: limits.length === 0 ? undefined : Math.min(...limits),
    celsius: (): number | undefined => {
      const known = paths.flatMap((path) => celsiusIn(path) ?? []);
      return known.length === 0 ? undefined : Math.max(...known);
    },
  };
}

function celsiusIn(path: string): number | undefined {
  const milli = readNumber(path);
  if (milli === undefined) return undefined;
  const celsius = milli / 1_000;
  const { leastCelsius, mostCelsius } = believable;
  return celsius >= leastCelsius && celsius <= mostCelsius ? celsius : undefined;
}

/** Trip points of a zone at which something is slowed down (and not yet switched off). */
const passiveTrips = (zone: string): readonly number[] =>
  namesIn(zone)
    .filter((name) => /^trip_point_\d+_type$/.test(name) && readText(`${zone}/${name}`) === "passive")
    .flatMap((name) => celsiusIn(`${zone}/${name.replace(/_type$/, "_temp")}`) ?? [])
    .filter((celsius) => celsius >= heatLimits.leastCelsius && celsius <= heatLimits.mostCelsius);

const chipsIn = (root: string, name: RegExp): readonly string[] =>
  namesIn(`${root}/class/hwmon`)
    .map((chip) => `${root}/class/hwmon/${chip}`)
    .filter((path) => name.test(readText(`${path}/name`) ?? ""));

/** The Raspberry Pi firmware's flags: what is now in bits 0 to 3, what was since the start in bits 16 to 19. */
const firmwareBit = { underVoltage: 1 << 0, capped: 1 << 1, throttled: 1 << 2, softLimit: 1 << 3 } as const;
const sinceBootShift = 16;

function firmwareIn(root: string) {
  const path = `${root}/devices/platform/soc/soc:firmware/get_throttled`;
  const [volts] = chipsIn(root, /^rpi_volt$/);
  const flags = (): number | undefined => {
    const text = readText(path);
    const bits = Number.parseInt(text ?? "", 16);
    return Number.isNaN(bits) ? undefined : bits;
  };
  return {
    flags,
    voltage: (bits: number | undefined): Pick<Sensed, "underVoltage" | "sinceBoot"> => {
      if (bits !== undefined)
        return {
          underVoltage: (bits & firmwareBit.underVoltage) !== 0,
          sinceBoot: firmwareHistory(bits >>> sinceBootShift),
        };
      const alarm = volts === undefined ? undefined : readNumber(`${volts}/in0_lcrit_alarm`);
      return alarm === undefined ? {} : { underVoltage: alarm !== 0 };
    },
  };
}

const firmwareCauses = (bits: number): readonly string[] =>
  [
    (bits & firmwareBit.capped) === 0 ? "" : "the firmware caps its frequency",
    (bits & firmwareBit.throttled) === 0 ? "" : "the firmware throttles it",
    (bits & firmwareBit.softLimit) === 0 ? "" : "it is above the soft temperature limit",
  ].filter((cause) => cause !== "");

const firmwareHistory = (bits: number): readonly string[] =>
  [
    (bits & firmwareBit.underVoltage) === 0 ? "" : "under-voltage",
    (bits & (firmwareBit.capped | firmwareBit.throttled | firmwareBit.softLimit)) === 0 ? "" : "throttling",
  ].filter((word) => word !== "");

/** Cooling devices that cool by slowing the processor. Undefined: there are none. */
function coolingIn(root: string): () => readonly number[] {
  const folder = `${root}/class/thermal`;
  const paths = namesIn(folder)
    .filter((name) => name.startsWith("cooling_device"))
    .filter((name) => /cpufreq|^Processor$/.test(readText(`${folder}/${name}/type`) ?? ""))
    .map((name) => `${folder}/${name}/cur_state`);
  return () => paths.flatMap((path) => readNumber(path) ?? []);
}

const isCooled = (states: readonly number[]): readonly string[] | undefined =>
  states.length === 0
    ? undefined
    : states.some((state) => state > 0)
      ? ["the kernel slows it down to cool it"]
      : [];

/** How often Intel's processors have throttled themselves since the last look. Undefined: they do not count. */
function countersIn(root: string): () => number | undefined {
  const path = `${root}/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count`;
  let before = readNumber(path);
  return () => {
    const now = readNumber(path);
    const more = now === undefined || before === undefined ? undefined : now - before;
    before = now;
    return more;
  };
}

const isCounted = (more: number | undefined): readonly string[] | undefined =>
  more === undefined ? undefined : more > 0 ? ["its processor throttles itself"] : [];

/** 0 to 1: how fast the processor's clocks run, of the fastest they can. */
function clockIn(root: string): () => number | undefined {
  const folder = `${root}/devices/system/cpu/cpufreq`;
  const policies = namesIn(folder)
    .filter((name) => name.startsWith("policy"))
    .map((name) => ({
      path: `${folder}/${name}/scaling_cur_freq`,
      most: readNumber(`${folder}/${name}/cpuinfo_max_freq`) ?? 0,
    }))
    .filter(({ most }) => most > 0);
  return () => {
    const shares = policies.flatMap(({ path, most }) => {
      const now = readNumber(path);
      return now === undefined ? [] : [now / most];
    });
    return shares.length === 0 ? undefined : Math.max(...shares);
  };
}

interface Effort {
  readonly temperatureCelsius: number | undefined;
  readonly limit: number | undefined;
  /** 0 to 1. */
  readonly cpuUsed: number;
  readonly frequencyShare: number | undefined;
}

/** Undefined: nobody can tell. */
function isHeldBack({ temperatureCelsius, limit, cpuUsed, frequencyShare }: Effort): boolean | undefined {
  if (temperatureCelsius === undefined || limit === undefined || frequencyShare === undefined)
    return undefined;
  return (
    temperatureCelsius >= limit - heldBack.marginCelsius &&
    cpuUsed >= heldBack.cpuUsedLeast &&
    frequencyShare <= heldBack.frequencyShareMost
  );
}

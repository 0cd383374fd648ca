/**
 * A board that gets hot: its sensors, its Node, the scheduler, the pods. And one that comes back: its share of the work.
 *
 * The board's /sys is played by a folder: DIR/boards/board-1/sysfs.
 */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { until } from "@kubus/shared/testing/until.ts";
import { Cluster } from "../cluster/cluster.ts";
import { needsRoot } from "../cluster/needs.ts";

/** Measuring every second, telling at most every ten. */
const toldMs = 30_000;
/** A newcomer is calm after half a minute; then one pod after the other. */
const rebalancedMs = 120_000;

const zone = "class/thermal/thermal_zone0";
const throttledFile = "devices/platform/soc/soc:firmware/get_throttled";

describe("heat", { skip: needsRoot }, () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await Cluster.up(["--boards", "3"]);
    await sense({ [`${zone}/type`]: "cpu-thermal", [`${zone}/temp`]: "45000", [throttledFile]: "0" });
    // Which sensors a board has is found out when it is switched on.
    await cluster.kubus("board", "stop", "board-1");
    await cluster.kubus("board", "start", "board-1");
    await until("board-1 has its sensors", async () => (await condition("Overheated")) === "False", toldMs);
  });
  after(async () => {
    await cluster.down();
  });

  const sense = async (files: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(files)) {
      const file = join(cluster.dir, "boards", "board-1", "sysfs", path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `${text}\n`);
    }
  };
  const kubectl = async (...args: string[]) => {
    const { code, stdout, stderr } = await cluster.kubectl(...args);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const condition = (type: string) =>
    kubectl("get", "node", "board-1", "-o", `jsonpath={.status.conditions[?(@.type=='${type}')].status}`);
  const taints = () => kubectl("get", "node", "board-1", "-o", "jsonpath={.spec.taints[*].key}");
  /** On which boards the pods of a deployment live, sorted. */
  const placesOf = async (app: string) => {
    const text = await kubectl("get", "pods", "-l", `app=${app}`, "-o", "jsonpath={.items[*].spec.nodeName}");
    return text
      .split(" ")
      .filter((name) => name !== "")
      .sort();
  };
  const countOn = (places: readonly string[], board: string) =>
    places.filter((name) => name === board).length;
  const deploy = async (name: string, replicas: number) => {
    await kubectl(
      "create",
      "deployment",
      name,
      "--image=host/sleep",
      `--replicas=${replicas}`,
      "--",
      "sleep",
      "1000",
    );
    await kubectl("rollout", "status", `deployment/${name}`, "--timeout=60s");
  };

  test("a hot board says so, is avoided, and gets work again when it has cooled down", async () => {
    await sense({ [`${zone}/temp`]: "84000", [throttledFile]: "4" });
    await until("board-1 is Overheated", async () => (await condition("Overheated")) === "True", toldMs);
    await until("board-1 is tainted", async () => (await taints()).includes("kubus.io/overheated"), toldMs);
    assert.equal(await condition("Throttled"), "True");
    const described = await kubectl("describe", "node", "board-1");
    assert.match(described, /Overheated\s+True .*BoardTooHot\s+the board has 84 °C, its limit is 80 °C/);
    assert.match(described, /Throttled\s+True .*the board is slowed down: the firmware throttles it/);
    assert.match(described, /Taints:\s+kubus\.io\/overheated:PreferNoSchedule/);
    assert.match(described, /Warning\s+NodeOverheated/);

    await deploy("summer", 4);
    assert.deepEqual(await placesOf("summer"), ["board-2", "board-2", "board-3", "board-3"]);

    await sense({ [`${zone}/temp`]: "50000", [throttledFile]: "40000" });
    await until("board-1 has cooled down", async () => (await condition("Overheated")) === "False", toldMs);
    await until("the taint is gone", async () => !(await taints()).includes("kubus.io/overheated"), toldMs);
    await kubectl("scale", "deployment/summer", "--replicas=6");
    await kubectl("rollout", "status", "deployment/summer", "--timeout=60s");
    assert.equal(countOn(await placesOf("summer"), "board-1"), 2);
    await kubectl("delete", "deployment", "summer", "--grace-period=0", "--force");
  });

  test("a board that returns gets its share of the work, one pod after the other", async () => {
    await kubectl("cordon", "board-3");
    await deploy("web", 6);
    assert.equal(countOn(await placesOf("web"), "board-3"), 0);
    await cluster.kubus("board", "stop", "board-3");
    await kubectl("wait", "--for=condition=Ready=Unknown", "node/board-3", "--timeout=30s");
    await kubectl("uncordon", "board-3");
    await cluster.kubus("board", "start", "board-3");
    await kubectl("wait", "--for=condition=Ready", "node/board-3", "--timeout=30s");
    let least = 6;
    const ready = async () => {
      const text = await kubectl("get", "deployment", "web", "-o", "jsonpath={.status.readyReplicas}");
      least = Math.min(least, Number(text));
    };
    await until(
      "board-3 has two of the pods",
      async () => {
        await ready();
        return countOn(await livingPlacesOf("web"), "board-3") === 2;
      },
      rebalancedMs,
    );
    assert.ok(least >= 5, `at one time only ${least} were ready`);
    await until(
      "people are told",
      async () =>
        (await kubectl("get", "events")).split("\n").filter((line) => line.includes("Rebalanced")).length ===
        2,
    );
    assert.match(
      await kubectl("get", "configmap", "kubus-rebalancing", "-n", "kube-system", "-o", "yaml"),
      /to: board-3/,
    );
  });

  const livingPlacesOf = async (app: string) => {
    const { items } = JSON.parse(await kubectl("get", "pods", "-l", `app=${app}`, "-o", "json")) as {
      readonly items: readonly {
        readonly metadata: { readonly deletionTimestamp?: string };
        readonly spec: { readonly nodeName?: string };
      }[];
    };
    return items
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ spec }) => spec.nodeName ?? "");
  };
});

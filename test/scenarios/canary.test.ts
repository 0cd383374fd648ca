/**
 * The example of a canary, by its own files: the weight of a version is the number of its pods, and scaling moves it.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { until } from "@kubus/shared/testing/until.ts";
import { Cluster } from "../cluster/cluster.ts";
import { needsRoot } from "../cluster/needs.ts";

const example = join(import.meta.dirname, "..", "..", "examples", "canary");

describe("a canary", { skip: needsRoot }, () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await Cluster.up(["--boards", "2"]);
  });
  after(() => cluster.down());

  const k = async (words: string) => {
    const { code, stdout, stderr } = await cluster.kubectl(...words.split(" "));
    assert.equal(code, 0, `kubectl ${words}\n${stdout}${stderr}`);
    return stdout;
  };
  const apply = (file: string) => k(`apply -f ${join(example, file)}`);
  const rolledOut = (name: string) => k(`rollout status deployment/${name} --timeout=60s`);
  /** How many of the service's endpoints are of a track. */
  const served = async (track: string): Promise<number> => {
    const { items } = JSON.parse(await k(`get pods -l track=${track} -o json`)) as {
      items: { status: { podIP?: string } }[];
    };
    const addresses = (await k("get endpoints shop -o jsonpath={.subsets[*].addresses[*].ip}")).split(" ");
    return items.filter(({ status }) => addresses.includes(status.podIP ?? "none")).length;
  };
  const weights = (stable: number, canary: number) =>
    until(
      `${stable} stable and ${canary} canary pods serve`,
      async () => (await served("stable")) === stable && (await served("canary")) === canary,
    );
  /** `version 1` → how often it answered. */
  const ask = async (): Promise<Readonly<Record<string, number>>> => {
    const env = {
      ...process.env,
      KUBECONFIG: join(cluster.dir, "kubeconfig"),
      PATH: `${join(cluster.kubectlPath, "..")}:${process.env["PATH"] ?? ""}`,
    };
    const { stdout } = await promisify(execFile)(join(example, "ask.sh"), ["200"], { env });
    return Object.fromEntries(
      stdout
        .trim()
        .split("\n")
        .map((line) => {
          const [, count = "", version = ""] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
          return [version, Number(count)];
        }),
    );
  };

  test("at first the stable version answers everybody", async () => {
    await apply("shop.yaml");
    await rolledOut("shop");
    await weights(9, 0);
    assert.deepEqual(await ask(), { "version 1": 200 });
  });

  test("the canary gets its share, and scaling moves it", async () => {
    await apply("canary.yaml");
    await rolledOut("shop-canary");
    await weights(9, 1);
    const few = await ask();
    assert.deepEqual(Object.keys(few), ["version 1", "version 2"]);
    assert.ok((few["version 2"] ?? 0) < 60, JSON.stringify(few));
    await k("scale deployment/shop-canary --replicas=5");
    await rolledOut("shop-canary");
    await k("scale deployment/shop --replicas=5");
    await weights(5, 5);
    const half = await ask();
    assert.ok((half["version 2"] ?? 0) > 60 && (half["version 1"] ?? 0) > 60, JSON.stringify(half));
  });

  test("one command takes it away", async () => {
    await k("scale deployment/shop-canary --replicas=0");
    await weights(5, 0);
    assert.deepEqual(await ask(), { "version 1": 200 });
  });

  test("or it becomes the shop: the stable version rolls over, and can go back", async () => {
    await k("set env deployment/shop VERSION=2");
    await rolledOut("shop");
    await k(`delete -f ${join(example, "canary.yaml")}`);
    await weights(5, 0);
    assert.deepEqual(await ask(), { "version 2": 200 });
    await k("rollout undo deployment/shop");
    await rolledOut("shop");
    await weights(5, 0);
    assert.deepEqual(await ask(), { "version 1": 200 });
  });
});

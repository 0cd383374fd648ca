/**
 * Nothing that was acknowledged is lost, and no pod restarts, when parts of kubus die and come back.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { until } from "@kubus/shared/testing/until.ts";
import { Cluster } from "../cluster/cluster.ts";
import { needsRoot } from "../cluster/needs.ts";

interface PodItem {
  readonly metadata: { readonly uid: string };
  readonly status: {
    readonly phase?: string;
    readonly containerStatuses?: readonly { restartCount: number; containerID: string }[];
  };
}

const writes = 1_000;
const atOnce = 16;
/** SIGKILL falls after about so many of the writes. */
const killAfter = 400;

describe("restarts", { skip: needsRoot }, () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await Cluster.up(["--boards", "2"]);
    await cluster.kubectl(
      "create",
      "deployment",
      "steady",
      "--image=host/sleep",
      "--replicas=4",
      "--",
      "sleep",
      "100000",
    );
    const { code, stderr } = await cluster.kubectl("rollout", "status", "deployment/steady", "--timeout=30s");
    assert.equal(code, 0, stderr);
  });
  after(() => cluster.down());

  const containers = async () => {
    const { body } = await cluster.api<{ items: PodItem[] }>("GET", "/api/v1/namespaces/default/pods");
    return body.items
      .map(({ metadata, status }) =>
        [
          metadata.uid,
          status.phase,
          status.containerStatuses
            ?.map(({ restartCount, containerID }) => `${restartCount} ${containerID}`)
            .join(),
        ].join(" "),
      )
      .sort();
  };
  const isServing = async () => {
    try {
      return (await cluster.api("GET", "/readyz")).status === 200;
    } catch {
      return false;
    }
  };

  /** Writes ConfigMaps from several clients; returns the names that were acknowledged. */
  async function writeMany(prefix: string, onCount: (count: number) => void): Promise<string[]> {
    const acknowledged: string[] = [];
    let next = 0;
    let done = 0;
    const client = async () => {
      while (next < writes) {
        const name = `${prefix}-${next}`;
        next += 1;
        const object = {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name },
          data: { text: name.repeat(20) },
        };
        try {
          const { status } = await cluster.api("POST", "/api/v1/namespaces/default/configmaps", object);
          if (status === 201) acknowledged.push(name);
        } catch {
          await until("the API answers again", isServing, 60_000);
        }
        done += 1;
        onCount(done);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, client));
    return acknowledged;
  }

  for (const victim of ["the control plane", "nats-server"] as const) {
    test(`SIGKILL of ${victim} amid ${writes} writes loses no acknowledged one and restarts no pod`, async (context) => {
      const earlier = await containers();
      const status = await cluster.status();
      const pid = victim === "nats-server" ? status.bus.pid : status.servers[0]?.pid;
      assert.ok(pid !== undefined);
      const prefix = victim === "nats-server" ? "bus" : "server";
      let isKilled = false;
      const acknowledged = await writeMany(prefix, (count) => {
        if (isKilled || count < killAfter) return;
        isKilled = true;
        process.kill(pid, "SIGKILL");
      });
      assert.ok(isKilled);
      await until("the API serves", isServing, 60_000);
      const { body } = await cluster.api<{ items: { metadata: { name: string } }[] }>(
        "GET",
        "/api/v1/namespaces/default/configmaps",
      );
      const names = new Set(body.items.map(({ metadata }) => metadata.name));
      context.diagnostic(`${acknowledged.length} of ${writes} writes were acknowledged`);
      assert.ok(acknowledged.length > killAfter);
      assert.deepEqual(
        acknowledged.filter((name) => !names.has(name)),
        [],
      );
      await until(
        "both boards are ready",
        async () => {
          const { stdout } = await cluster.kubectl("get", "nodes", "--no-headers");
          return stdout.match(/ Ready /g)?.length === 2;
        },
        30_000,
      );
      assert.deepEqual(await containers(), earlier);
    });
  }

  test("started again on the same folder it carries on with the same objects", async () => {
    const { stdout: before } = await cluster.kubectl(
      "get",
      "deployment",
      "steady",
      "-o",
      "jsonpath={.metadata.uid}",
    );
    await cluster.kubus("down");
    cluster = await Cluster.up(["--boards", "2"], cluster.dir);
    const { stdout: afterwards } = await cluster.kubectl(
      "get",
      "deployment",
      "steady",
      "-o",
      "jsonpath={.metadata.uid}",
    );
    assert.equal(afterwards, before);
    await until(
      "its pods run again",
      async () => {
        const { stdout } = await cluster.kubectl(
          "get",
          "deployment",
          "steady",
          "-o",
          "jsonpath={.status.readyReplicas}",
        );
        return stdout === "4";
      },
      60_000,
    );
  });
});

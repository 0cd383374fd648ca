/**
 * The control plane is killed while objects of every kind with a life are in all sorts of states: the next one finds each
 * in the very state that it was in, because every life begins with a look. On a real cluster, through the real bus.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parseAllDocuments } from "yaml";
import { stateText } from "@kubus/shared/testing/event-table.ts";
import { until } from "@kubus/shared/testing/until.ts";
import { Cluster } from "../cluster/cluster.ts";
import { needsRoot } from "../cluster/needs.ts";

const manifests = join(import.meta.dirname, "lives.yaml");

describe("lives", { skip: needsRoot }, () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await Cluster.up(["--boards", "1"]);
  });
  after(() => cluster.down());

  /** Each manifest says in an annotation which states its lives come to: `job=running claim=bound`. */
  const expectations = async (): Promise<ReadonlyMap<string, string>> => {
    const documents = parseAllDocuments(await readFile(manifests, "utf8")).map(
      (one) => one.toJS() as Manifest,
    );
    return new Map(
      documents.flatMap(({ metadata: { name, namespace, annotations = {} } }) =>
        (annotations["lives"] ?? "")
          .split(" ")
          .filter((part) => part !== "")
          .map((part) => part.split("="))
          .map(([life = "", state = ""]) => [
            `${life} ${namespace === undefined ? "" : `${namespace}/`}${name}`,
            state,
          ]),
      ),
    );
  };
  const livesAre = async (wanted: ReadonlyMap<string, string>): Promise<string> => {
    const actors = await cluster.actors().catch(() => []); // Between two servers nobody answers.
    const states = new Map(actors.map(({ id, state }) => [id, stateText(state)]));
    const wrong = [...wanted].filter(([id, state]) => states.get(id) !== state);
    return wrong.map(([id, state]) => `${id} is ${states.get(id) ?? "not there"}, not ${state}`).join("; ");
  };
  const comeTo = async (wanted: ReadonlyMap<string, string>) => {
    let wrong = "";
    await until(
      "every object is in its state",
      async () => (wrong = await livesAre(wanted)) === "",
      60_000,
    ).catch((error: unknown) => assert.fail(`${String(error)}: ${wrong}`));
  };

  test("whoever takes over finds every object in the state that it was in", async () => {
    const wanted = await expectations();
    assert.ok(wanted.size > 15, "the manifests say what is expected");
    const { code, stderr } = await cluster.kubectl("apply", "-f", manifests);
    assert.equal(code, 0, stderr);
    await cluster.kubectl("delete", "namespace", "held", "--wait=false");
    await comeTo(wanted);
    const [server] = (await cluster.status()).servers;
    process.kill(server?.pid ?? 0, "SIGKILL");
    await until("another server runs", async () => {
      const [next] = (await cluster.status()).servers;
      return next !== undefined && next.pid > 0 && next.pid !== server?.pid;
    });
    await comeTo(wanted);
  });
});

interface Manifest {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

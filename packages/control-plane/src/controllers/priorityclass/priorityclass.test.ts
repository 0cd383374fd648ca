import assert from "node:assert/strict";
import { test } from "node:test";
import { priorityClassKind } from "../../kinds/scheduling/index.ts";
import { aCluster } from "../testing/cluster.ts";
import { priorityClassController } from "./controller.ts";

test("a cluster is born with the two priority classes of the system", async () => {
  const { cache, rest } = await aCluster([priorityClassController]);
  await rest();
  assert.deepEqual(
    cache.list(priorityClassKind).map(({ metadata, value }) => [metadata.name, value]),
    [
      ["system-cluster-critical", 2_000_000_000],
      ["system-node-critical", 2_000_001_000],
    ],
  );
});

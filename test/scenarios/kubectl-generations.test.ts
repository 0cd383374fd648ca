/**
 * Every command of every kubectl there is on this machine, from 1.20 on, against one cluster. Each row of the tables
 * reads back what its command did.
 */
import { after, before, describe, test } from "node:test";
import { Cluster } from "../cluster/cluster.ts";
import { needsRoot } from "../cluster/needs.ts";
import { commands } from "../kubectl/commands.ts";
import { Kubectl, kubectlBinaries } from "../kubectl/kubectl.ts";

const binaries = await kubectlBinaries();
const oldest = 20;

describe("every kubectl", { skip: needsRoot }, () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await Cluster.up(["--boards", "2"]);
  });
  after(() => cluster.down());

  for (const binary of binaries) {
    describe(`kubectl 1.${binary.minor}`, () => {
      let kubectl: Kubectl;
      before(async () => {
        kubectl = await Kubectl.in(cluster, binary);
      });
      after(async () => {
        await cluster.api("DELETE", `/api/v1/namespaces/${kubectl.namespace}`);
      });
      for (const { title, since = oldest, run } of commands) {
        if (since <= binary.minor) test(title, () => run(kubectl));
      }
    });
  }
});

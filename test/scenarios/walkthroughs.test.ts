/**
 * The stories in walkthroughs/, each as somebody at a keyboard would carry it out: real kubectl, real boards, real
 * processes. Those that leave the boards alone share a cluster, each in a namespace of its own, several at once;
 * those that begin with `kubus up` have one of their own. `STORY=job` runs one alone, `STORY='[a-d]*'` some.
 */
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Cluster } from "../cluster/cluster.ts";
import { needsRoot } from "../cluster/needs.ts";
import { perform } from "../walkthrough/perform.ts";
import { readStory } from "../walkthrough/script.ts";
import { makeStage } from "../walkthrough/stage.ts";

/** Stories mostly wait: for grace periods, for a minute to begin. */
const storiesAtOnce = 4;

const folder = join(import.meta.dirname, "walkthroughs");
const wanted = process.env["STORY"] ?? "*";
const stories = globSync(`${wanted}.txt`, { cwd: folder })
  .sort()
  .map((file) => ({
    file,
    name: basename(file, ".txt"),
    ...readStory(readFileSync(join(folder, file), "utf8")),
  }));
const shared = stories.filter(({ up }) => up === undefined);
const alone = stories.filter(({ up }) => up !== undefined);

describe("walk-throughs", { skip: needsRoot || shared.length === 0, concurrency: storiesAtOnce }, () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await Cluster.up(["--boards", "3"]);
  });
  after(() => cluster.down());

  for (const { file, name, title, steps } of shared)
    test(`${name}: ${title}`, async () => {
      await perform({ file, steps, stage: await makeStage(cluster, name) });
    });
});

describe("walk-throughs with a cluster of their own", { skip: needsRoot }, () => {
  for (const { file, name, title, steps, up } of alone)
    test(`${name}: ${title}`, async () => {
      const cluster = await Cluster.up(up);
      try {
        await perform({ file, steps, stage: await makeStage(cluster, "default") });
      } finally {
        await cluster.down();
      }
    });
});

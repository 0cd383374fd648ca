/** `npm run bench [NAME...]`: the numbers that kubus is held to, measured on this machine. */
import { benchApi } from "./api.ts";
import { benchCrowd } from "./crowd.ts";
import { benchFailover } from "./failover.ts";
import { benchFootprint } from "./footprint.ts";
import { benchLightBoards } from "./light-boards.ts";
import { benchScheduling } from "./scheduling.ts";
import { benchPodStart, benchUp } from "./start.ts";
import { benchWorkloads } from "./workloads.ts";

/** THE table of benchmarks. */
const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  up: () => benchUp(),
  "pod-start": () => benchPodStart(),
  footprint: () => benchFootprint(),
  api: () => benchApi(),
  crowd: () => benchCrowd(),
  scheduling: () => benchScheduling(),
  "light-boards": () => benchLightBoards(),
  workloads: () => benchWorkloads(),
  failover: () => benchFailover(),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  console.error(
    `There is no benchmark "${unknown.join(" ")}". There are: ${Object.keys(benchmarks).join(", ")}.`,
  );
  process.exit(2);
}
for (const [name, run] of Object.entries(benchmarks)) {
  if (wanted.length === 0 || wanted.includes(name)) await run();
}

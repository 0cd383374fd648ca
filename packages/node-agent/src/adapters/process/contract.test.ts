import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runtimeContract } from "../../ports/runtime.contract.ts";
import { processSkip, processWorld } from "../../testing/process-world.ts";
import { textOfLog } from "../../testing/text-of-log.ts";

runtimeContract(
  "process",
  () => {
    const world = processWorld();
    return Promise.resolve({
      open: () => world.open(),
      logPath: (name) => join(world.dir, "state", "logs", `${name}.log`),
      logOf: async (path) => textOfLog(await readFile(path, "utf8")),
      mountable: async () => {
        const folder = join(world.dir, "mounted");
        await mkdir(folder, { recursive: true });
        await writeFile(join(folder, "word"), "sesame\n", { mode: 0o666 });
        return folder;
      },
      assertNothingLeft: (podUid) => {
        assert.deepEqual(world.remainsOf(podUid), []);
        return Promise.resolve();
      },
      stop: () => world.stop(),
    });
  },
  processSkip,
);

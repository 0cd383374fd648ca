/** Pods on two boards: their own network each, and one between them. With root and real namespaces. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { join } from "node:path";
import { until } from "@kubus/shared/testing/until.ts";
import { containerSpec, sandboxSpec } from "../../ports/runtime.contract.ts";
import { ip, makeSwitch, startBoard, type Board, type Switch } from "../../testing/board.ts";
import { processSkip, processWorld, type ProcessWorld } from "../../testing/process-world.ts";

const cidrs = ["10.89.1.0/24", "10.89.2.0/24"] as const;

describe("pods over two boards", { skip: processSkip, timeout: 60_000 }, () => {
  let wires: Switch;
  let worlds: readonly ProcessWorld[];
  let boards: readonly Board[];
  before(async () => {
    wires = makeSwitch(2);
    worlds = cidrs.map(() => processWorld());
    boards = await Promise.all(
      worlds.map(({ config }, i) =>
        startBoard({ config, podCidr: cidrs[i] ?? "", netns: wires.boards[i] ?? "", link: "eth0" }),
      ),
    );
    await Promise.all(boards.map((board) => board.call("peers", peers)));
  });
  after(async () => {
    for (const board of boards) await board.kill();
    for (const world of worlds) await world.stop();
    await wires.remove();
  });

  const peers = cidrs.map((podCidr, i) => ({ node: `board-${i + 1}`, address: `10.88.0.${i + 1}`, podCidr }));
  const board = (number: 1 | 2) => {
    const found = boards[number - 1];
    assert.ok(found !== undefined);
    return found;
  };
  const logPath = (name: string) => join(worlds[0]?.dir ?? "", `${name}.log`);
  /** A pod with a web server on port 80, as an unprivileged user. */
  const aWebPod = async (number: 1 | 2, podUid: string) => {
    const { ip } = await board(number).call("sandbox", sandboxSpec({ podUid, name: podUid }));
    const server = containerSpec(podUid, ["python3", "-m", "http.server", "80", "--directory", "/tmp"], {
      name: "server",
      logPath: logPath(`${podUid}-server`),
    });
    const client = containerSpec(podUid, ["sleep", "300"], {
      name: "client",
      logPath: logPath(`${podUid}-client`),
    });
    await board(number).call("start", server);
    await board(number).call("start", client);
    return { ip, client, server };
  };
  const fetches = async (number: 1 | 2, id: ReturnType<typeof containerSpec>, url: string) => {
    const get = `import urllib.request; print(urllib.request.urlopen("${url}", timeout=1).status)`;
    const { out } = await board(number).call("exec", { id, command: ["python3", "-c", get] });
    return out.trim() === "200";
  };

  test("reach themselves, each other on one board, and each other over the cable", async () => {
    const one = await aWebPod(1, "pod-one");
    const two = await aWebPod(1, "pod-two");
    const three = await aWebPod(2, "pod-three");
    assert.deepEqual(
      [one.ip, two.ip, three.ip].map((ip) => ip.slice(0, 8)),
      ["10.89.1.", "10.89.1.", "10.89.2."],
    );
    await until("localhost", () => fetches(1, one.client, "http://127.0.0.1"));
    await until("its own address", () => fetches(1, one.client, `http://${one.ip}`));
    await until("a pod on the same board", () => fetches(1, one.client, `http://${two.ip}`));
    await until("a pod on the other board", () => fetches(1, one.client, `http://${three.ip}`));
    await until("the way back", () => fetches(2, three.client, `http://${one.ip}`));

    // The board's own link goes down and comes back: the kernel forgets the routes, the agent does not.
    const ns = wires.boards[0] ?? "";
    ip(["link set eth0 down"], ns);
    await until("the news", async () => (await board(1).call("links", undefined)).at(-1) === "down");
    ip(["link set eth0 up"], ns);
    await until("pods over the cable again", () => fetches(1, one.client, `http://${three.ip}`));

    for (const podUid of ["pod-one", "pod-two"]) await board(1).call("removeSandbox", podUid);
    assert.deepEqual(worlds[0]?.remainsOf("pod-one"), []);
    await board(2).call("removeSandbox", "pod-three");
  });
});

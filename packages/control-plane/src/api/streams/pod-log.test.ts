import assert from "node:assert/strict";
import { test } from "node:test";
import { channelsOn } from "@kubus/shared/bus/bus-channel.ts";
import type { Channel } from "@kubus/shared/bus/channel.ts";
import type { PodLogRequest } from "@kubus/shared/bus/pod-streams.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { apiLimits } from "../limits.ts";
import { isStream } from "../request.ts";
import { anApi, aPod, aReader, type World } from "../testing/world.ts";

const pods = "/api/v1/namespaces/default/pods";

/** A pod on a board whose agent answers with `serve`. */
async function aRunningPod(serve?: (channel: Channel) => void | Promise<void>, containers = ["main"]) {
  const world = await anApi();
  const requests: PodLogRequest[] = [];
  if (serve !== undefined) {
    const agent = channelsOn(world.network.connect("board-1"), { clock: world.clock });
    agent.accept(subjectOf("podLog", "board-1"), ({ payload }, channel) => {
      requests.push(JSON.parse(new TextDecoder().decode(payload)) as PodLogRequest);
      return serve(channel);
    });
  }
  const spec = { containers: containers.map((name) => ({ name, image: "host/sleep" })) };
  const { json } = await world.ask("POST", pods, { body: aPod("web", { spec }) });
  await bind(world, json.metadata.uid);
  return { ...world, requests };
}

const bind = ({ api }: Pick<World, "api">, uid: string) =>
  api.objectsAs("test").bind({ namespace: "default", name: "web", uid }, "board-1");

const bytes = (text: string) => new TextEncoder().encode(text);

async function threeLines(channel: Channel) {
  for (const line of ["one\n", "two\n", "three\n"]) await channel.write(bytes(line));
  await channel.end();
}

test("reads a log from the agent of the pod's node", async () => {
  const { ask, requests } = await aRunningPod(threeLines);
  const query = "tailLines=5&sinceSeconds=60&timestamps=true&limitBytes=100&follow=true";
  const { status, headers, text } = await ask("GET", `${pods}/web/log?${query}`);
  assert.deepEqual(
    [status, headers["content-type"], text],
    [200, "text/plain; charset=utf-8", "one\ntwo\nthree\n"],
  );
  const [{ uid, ...request } = { uid: "" }] = requests;
  assert.match(uid, /^[0-9a-f-]{36}$/);
  assert.deepEqual(request, {
    namespace: "default",
    pod: "web",
    container: "main",
    follow: true,
    previous: false,
    timestamps: true,
    tailLines: 5,
    sinceSeconds: 60,
    limitBytes: 100,
  });
});

test("cuts a log off that broke, instead of ending it as if it were whole", async () => {
  const { send } = await aRunningPod(async (channel) => {
    await channel.write(bytes("one\n"));
    channel.reset("the disk is gone");
  });
  const response = await send("GET", `${pods}/web/log`);
  assert.ok(isStream(response));
  const reader = aReader();
  await response.stream(reader.sink);
  assert.match(reader.ends[0] ?? "", /the disk is gone/);
});

test("tells the agent when the reader of a log leaves", async () => {
  let ended = "";
  const { send } = await aRunningPod((channel) => {
    void channel.closed.then(({ reason = "" }) => (ended = reason));
  });
  const response = await send("GET", `${pods}/web/log?follow=true`);
  assert.ok(isStream(response));
  const reader = aReader();
  const over = response.stream(reader.sink);
  reader.leave();
  await over;
  await settle();
  assert.equal(ended, "the reader left");
});

test("says at once that nobody answers for a node", async () => {
  const { ask } = await aRunningPod();
  const { status, json } = await ask("GET", `${pods}/web/log`);
  assert.deepEqual([status, json.reason], [503, "ServiceUnavailable"]);
  assert.match(json.message, /the agent of node "board-1" cannot be reached/);
});

test("gives up on an agent that does not answer in time", async () => {
  const world = await aRunningPod(threeLines);
  world.network.cut("board-1", "silent");
  const asked = world.ask("GET", `${pods}/web/log`);
  await world.clock.advance(apiLimits.streamOpenMs);
  assert.equal((await asked).status, 503);
});

test("passes on why an agent refuses", async () => {
  const { ask } = await aRunningPod(() => {
    throw new Error('container "main" in pod "web" is waiting to start: ContainerCreating');
  });
  const { status, json } = await ask("GET", `${pods}/web/log`);
  assert.equal(status, 400);
  assert.match(json.message, /is waiting to start: ContainerCreating/);
});

test("refuses logs of what is not there, and options that mean nothing", async () => {
  const { ask } = await aRunningPod(threeLines, ["main", "side"]);
  const refusals = await Promise.all(
    ["log", "log?container=x", "log?container=main&tailLines=-1", "log?container=main&sinceTime=noon"].map(
      (path) => ask("GET", `${pods}/web/${path}`),
    ),
  );
  assert.deepEqual(
    refusals.map(({ status }) => status),
    [400, 400, 422, 400],
  );
  assert.match(
    refusals[0]?.json.message ?? "",
    /a container name must be specified for pod web, choose one of: \[main side\]/,
  );
  assert.equal((await ask("GET", `${pods}/none/log`)).status, 404);
  await ask("POST", pods, { body: aPod("loose") });
  assert.match((await ask("GET", `${pods}/loose/log`)).json.message, /does not have a host assigned/);
});

test("says which paths need an upgrade", async () => {
  const { ask } = await aRunningPod(threeLines);
  for (const path of ["attach?stdout=true", "portforward", "exec?command=ls&stdout=true"]) {
    const { status, json } = await ask("POST", `${pods}/web/${path}`);
    assert.deepEqual([status, json.message], [400, "Upgrade request required"]);
  }
});

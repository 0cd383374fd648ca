/** Real kubectl over TLS, on kinds that it has never heard of. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { silentLog } from "@kubus/shared/log/log.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import {
  aCronTab,
  aDatabase,
  aDatabaseDefinition,
  aDefinition,
} from "../../apiextensions/testing/definitions.ts";
import { customResourceDefinitionController } from "../../controllers/crd/controller.ts";
import { makeControllers } from "../../controllers/engine/controllers.ts";
import { eventKind } from "../../kinds/index.ts";
import { anHttpsApi, kubectl, type HttpsWorld } from "./testing/https-world.ts";

const skip = kubectl === undefined ? "there is no kubectl on this machine" : false;

async function ok({ run }: HttpsWorld, line: readonly string[], input?: object): Promise<string> {
  const { code, stdout, stderr } = await run(line, input === undefined ? undefined : JSON.stringify(input));
  assert.equal(code, 0, `kubectl ${line.join(" ")}: ${stderr}`);
  return stdout;
}

async function fails({ run }: HttpsWorld, line: readonly string[], input?: object): Promise<string> {
  const { code, stderr } = await run(line, input === undefined ? undefined : JSON.stringify(input));
  assert.notEqual(code, 0, `kubectl ${line.join(" ")} should fail`);
  return stderr;
}

const words = (line: string): readonly string[] => line.split(" ");

async function withCronTabs(t: TestContext): Promise<HttpsWorld> {
  const world = await anHttpsApi(t);
  const controllers = makeControllers({
    controllers: [customResourceDefinitionController],
    cache: world.cache,
    objectsAs: world.api.objectsAs,
    eventKind,
    clock: systemClock,
    log: silentLog,
    onError: (error) => assert.fail(String(error)),
  });
  controllers.start();
  t.after(() => controllers.stop());
  await ok(world, words("apply -f -"), aDefinition());
  await ok(world, words("wait --for condition=established --timeout=20s crd/crontabs.stable.example.com"));
  return world;
}

test("kubectl works on custom kinds as on its own", { skip }, async (t) => {
  const world = await withCronTabs(t);
  assert.match(
    await ok(world, words("api-resources --api-group=stable.example.com")),
    /crontabs +ct +stable.example.com\/v1 +true +CronTab/,
  );
  assert.equal(
    await ok(world, words("apply -f -"), aCronTab("one")),
    "crontab.stable.example.com/one created\n",
  );
  assert.equal(
    await ok(world, words("apply -f -"), aCronTab("one")),
    "crontab.stable.example.com/one unchanged\n",
  );
  assert.equal(
    await ok(world, words("apply -f -"), aCronTab("one", { image: "x" })),
    "crontab.stable.example.com/one configured\n",
  );
  assert.match(
    await ok(world, words("get ct")),
    /^NAME +SPEC +REPLICAS +AGE\none +\* \* \* \* \*\/5 +1 +\d+s\n$/,
  );
  assert.match(await ok(world, words("get ct -o wide")), /SELECTOR/);
  await ok(world, words("scale ct/one --replicas=4"));
  assert.equal(await ok(world, ["get", "ct", "one", "-o", "jsonpath={.spec.replicas}"]), "4");
  await ok(world, ["patch", "ct", "one", "--type=merge", "-p", '{"spec":{"replicas":5}}']);
  await ok(world, words("label ct one a=b"));
  assert.equal(await ok(world, words("get ct -l a=b -o name")), "crontab.stable.example.com/one\n");
  assert.equal(
    await ok(world, words("get ct --field-selector spec.image=x -o name")),
    "crontab.stable.example.com/one\n",
  );
  assert.match(await ok(world, words("describe ct one")), /Cron Spec: +\* \* \* \* \*\/5/);
  assert.match(await ok(world, words("get all")), /crontab.stable.example.com\/one/);
  assert.equal(
    await ok(
      world,
      words("apply --server-side --field-manager=other -f -"),
      aCronTab("two", { tags: ["a"] }),
    ),
    "crontab.stable.example.com/two serverside-applied\n",
  );
  await ok(world, words("delete ct --all"));
  assert.equal(await ok(world, words("get ct -o name")), "");
});

test("kubectl explains custom kinds", { skip }, async (t) => {
  const world = await withCronTabs(t);
  const whole = await ok(world, words("explain crontab"));
  assert.match(whole, /GROUP: +stable.example.com\nKIND: +CronTab\nVERSION: +v1/);
  assert.match(whole, /CronTab runs an image on a schedule/);
  const spec = await ok(world, words("explain ct.spec"));
  assert.match(spec, /What is wanted/);
  assert.match(spec, /cronSpec\t<string> -required-/);
  assert.match(await ok(world, words("explain ct.metadata.labels")), /Map of string keys and values/);
  assert.match(await ok(world, words("explain ct --recursive")), /tags\t<\[\]string>/);
});

test("kubectl is told what is wrong with a custom object", { skip }, async (t) => {
  const world = await withCronTabs(t);
  const unknown = await fails(world, words("create -f -"), aCronTab("a", { foo: 1 }));
  assert.match(unknown, /strict decoding error: unknown field "spec.foo"/);
  const wrong = await fails(world, words("create -f -"), aCronTab("a", { replicas: 6 }));
  assert.equal(
    wrong,
    'The CronTab "a" is invalid: spec.replicas: Invalid value: "object": busybox scales to 5 at most\n',
  );
  await ok(world, words("create -f -"), aCronTab("a"));
  const strategic = await fails(world, ["patch", "ct", "a", "-p", "{}", "--type=strategic"]);
  assert.match(strategic, /strategic-merge-patch\+json is not supported by stable.example.com/);
});

test("deleting a definition deletes its objects, and the kind is gone", { skip }, async (t) => {
  const world = await withCronTabs(t);
  await ok(world, words("apply -f -"), aDatabaseDefinition());
  await ok(world, words("apply -f -"), aDatabase("db"));
  assert.match(await ok(world, words("get databases")), /NAME +READY\ndb/);
  assert.match(await ok(world, words("get crd")), /NAME +CREATED AT\ncrontabs.stable.example.com +\d{4}-/);
  await ok(world, words("create -f -"), aCronTab("a"));
  await ok(world, words("delete crd crontabs.stable.example.com --timeout=20s"));
  assert.match(await fails(world, words("get ct")), /NotFound|the server doesn't have a resource type "ct"/);
  assert.equal(await ok(world, words("get databases -o name")), "database.db.example.com/db\n");
});

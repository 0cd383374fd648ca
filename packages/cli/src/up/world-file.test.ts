import assert from "node:assert/strict";
import { test } from "node:test";
import { adjust, withBoard, withoutBoard, type WantedWorld } from "./world-file.ts";

const empty: WantedWorld = { id: "abc123", boards: [], servers: [] };
const noWish = { boards: undefined, servers: undefined };
const names = ({ boards, servers }: WantedWorld) =>
  [...servers, ...boards].map(({ name, number }) => `${name}=${number}`);

test("a first start has one server and three boards", () => {
  assert.deepEqual(names(adjust(empty, noWish)), ["server-1=2", "board-1=11", "board-2=12", "board-3=13"]);
});

test("a restart keeps what was there, a wish changes it", () => {
  const world = withBoard(withoutBoard(adjust(empty, noWish), "board-2"), "attic");
  assert.deepEqual(names(adjust(world, noWish)), ["server-1=2", "board-1=11", "board-3=13", "attic=12"]);
  assert.deepEqual(names(adjust(world, { boards: 4, servers: 2 })), [
    "server-1=2",
    "server-2=3",
    "board-1=11",
    "board-3=13",
    "attic=12",
    "board-2=14",
  ]);
  assert.deepEqual(names(adjust(world, { boards: 1, servers: undefined })), ["server-1=2", "board-1=11"]);
});

test("names that are taken or none are refused", () => {
  const world = adjust(empty, noWish);
  for (const name of [
    "board-1",
    "server-1",
    "server-9",
    "switch",
    "Board",
    "1st",
    "a".repeat(33),
    "",
    "a b",
    "-a",
  ])
    assert.throws(() => withBoard(world, name), { name: "Complaint" }, name);
});

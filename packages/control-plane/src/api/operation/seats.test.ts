import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { makeSeats, type Seats } from "./seats.ts";

/** Takes a seat and notes who got one when. */
function someone(seats: Seats, log: string[]) {
  return (user: string) => {
    const seat = seats.take(user);
    void seat.then(() => log.push(user));
    return seat;
  };
}

test("gives what there is, and no user more than their share", async () => {
  const seats = makeSeats({ total: 3, perUser: 2, waitingPerUser: 10 });
  const log: string[] = [];
  const take = someone(seats, log);
  for (const user of ["greedy", "greedy", "greedy", "modest"]) void take(user);
  await settle();
  assert.deepEqual(log, ["greedy", "greedy", "modest"]);
  assert.deepEqual([seats.taken(), seats.waiting()], [3, 1]);
});

test("serves the lines in turn", async () => {
  const seats = makeSeats({ total: 1, perUser: 1, waitingPerUser: 100 });
  const log: string[] = [];
  const take = someone(seats, log);
  const first = await take("a");
  const others = ["a", "a", "a", "b", "b", "c"].map(take);
  first();
  for (const leave of others) void leave.then((done) => done());
  await settle();
  assert.deepEqual(log, ["a", "a", "b", "c", "a", "b", "a"]);
  assert.deepEqual([seats.taken(), seats.waiting()], [0, 0]);
});

test("refuses who has too many in line, and nobody else", async () => {
  const seats = makeSeats({ total: 1, perUser: 1, waitingPerUser: 2 });
  const leave = await seats.take("a");
  const [second, third] = [seats.take("a"), seats.take("a")];
  await assert.rejects(seats.take("a"), (error) => isRefusal(error, "tooManyRequests"));
  const other = seats.take("b");
  leave();
  leave();
  (await second)();
  (await other)();
  (await third)();
  assert.deepEqual([seats.taken(), seats.waiting()], [0, 0]);
});

/** The setting that says what scores weigh. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { aNode, aPod } from "../controllers/testing/builders.ts";
import { boardOf, emptyLoad } from "./board.ts";
import { decide } from "./decide.ts";
import { scores } from "./score.ts";
import { readWeights, type Weights } from "./weights.ts";

test("scores are switched off and weighed by name", () => {
  assert.deepEqual(readWeights([]), { weights: {} });
  assert.deepEqual(readWeights(["-temperature, measuredLoad=5", "spread=0"]), {
    weights: { temperature: 0, measuredLoad: 5, spread: 0 },
  });
});

test("every score of the table can be switched off", () => {
  for (const { name } of scores) assert.deepEqual(readWeights([`-${name}`]), { weights: { [name]: 0 } });
});

test("what is no score, or no weight, is refused with what there is", () => {
  const complaintOf = (word: string) => {
    const reading = readWeights([word]);
    return "complaint" in reading ? reading.complaint : "taken";
  };
  assert.match(complaintOf("-heat"), /^"heat" is no score\. There are: spread, .*temperature/);
  for (const word of [
    "temperature",
    "temperature=",
    "temperature=-1",
    "temperature=101",
    "=5",
    "-",
    "a b=1",
  ]) {
    assert.match(complaintOf(word), /is no wish about a score/, word);
  }
});

test("a score that is switched off does not count, one that weighs more does", () => {
  const board = (name: string, celsius: string) =>
    boardOf(aNode(name, { meta: { annotations: { "kubus.io/temperature-celsius": celsius } } }), emptyLoad);
  const boards = [board("board-1", "79.0"), board("board-2", "40.0")];
  const placed = (weights: Weights) => {
    const decision = decide(aPod("web"), boards, undefined, { weights });
    return decision.type === "bind" ? decision.node : decision.type;
  };
  assert.equal(placed({}), "board-2");
  assert.equal(placed({ temperature: 0 }), "board-1", "of equals the first by name");
  assert.equal(placed({ temperature: 1 }), "board-2");
});

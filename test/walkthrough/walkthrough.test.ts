/** How walk-throughs are read, and what counts as the output that they show. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, type Names } from "./match.ts";
import { readStory } from "./script.ts";

const story = (...lines: readonly string[]) => readStory(["# A story", ...lines].join("\n"));

test("each command has the lines below it, up to the next command or comment", () => {
  const { title, steps } = story(
    "",
    "$ kubectl get pods",
    "NAME   READY",
    "",
    "web    1/1",
    "# Now it goes.",
    "! kubectl get pod nobody",
    'Error: pods "nobody" not found',
    "~ kubectl get pods",
    "$ true",
  );
  assert.equal(title, "A story");
  assert.deepEqual(steps, [
    { line: 3, mode: "succeeds", command: "kubectl get pods", expected: ["NAME   READY", "web    1/1"] },
    {
      line: 8,
      mode: "fails",
      command: "kubectl get pod nobody",
      expected: ['Error: pods "nobody" not found'],
    },
    { line: 10, mode: "comes to", command: "kubectl get pods", expected: [] },
    { line: 11, mode: "succeeds", command: "true", expected: [] },
  ]);
});

test("a command goes on after a backslash and to the end of its here-document", () => {
  const { steps } = story(
    "$ kubectl run web \\",
    "    --image=host/sleep",
    "pod/web created",
    "$ kubectl apply -f - <<'EOF'",
    "# a comment of the manifest",
    "$ no: command",
    "EOF",
    "applied",
  );
  assert.deepEqual(
    steps.map(({ line, command, expected }) => [line, command, expected]),
    [
      [2, "kubectl run web \\\n    --image=host/sleep", ["pod/web created"]],
      [5, "kubectl apply -f - <<'EOF'\n# a comment of the manifest\n$ no: command\nEOF", ["applied"]],
    ],
  );
});

test("a story that begins with kubus up has a cluster of its own", () => {
  assert.deepEqual(story("$ ./kubus up --boards 2 --disable=scheduler", "$ true").up, [
    "--boards",
    "2",
    "--disable=scheduler",
  ]);
  assert.deepEqual(story("$ kubus up", "$ true").up, []);
  assert.equal(story("$ true", "$ kubus up").up, undefined);
});

test("what is no story is refused by its line", () => {
  assert.throws(() => readStory("$ true"), /begins with # and its title/);
  assert.throws(() => story(), /at least one command/);
  assert.throws(() => story("lost words", "$ true"), /Line 2 belongs to no command: lost words/);
  assert.throws(() => story("$ cat <<EOF", "text"), /line 2 has no end: EOF is missing/);
});

/** The names that are known afterwards, or the line that is missing. */
const result = (expected: readonly string[], output: string, known: Names = {}) => {
  const comparison = compare(expected, output, known);
  return comparison.fits ? comparison.names : (comparison.missing ?? "too much");
};

test("lines must be there one for one; blanks and empty lines do not count", () => {
  assert.deepEqual(result(["NAME READY", "web 1/1"], "NAME   READY   \n\nweb    1/1\n"), {});
  assert.equal(result(["web 1/1"], "web 0/1\n"), "web 1/1");
  assert.equal(result(["one", "two"], "one\n"), "two");
  assert.equal(result(["one"], "one\ntwo\n"), "too much");
  assert.equal(result([], "one\n"), "too much");
  assert.deepEqual(result([], "\n"), {});
  assert.equal(result(["a.c (x)*"], "abc (x)*"), "a.c (x)*", "a line is no pattern");
});

test("<any> is any text within a line, ... any lines", () => {
  assert.deepEqual(result(["web <any> Running <any>"], "web 1/1 Running 0 (2s ago)"), {});
  assert.equal(result(["web <any> Running"], "web 1/1\nRunning"), "web <any> Running");
  assert.deepEqual(result(["...", "Events:", "..."], "Name: web\nEvents:\n"), {});
  assert.deepEqual(result(["..."], ""), {});
  assert.deepEqual(result(["first", "..."], "first\nsecond\nthird"), {});
  assert.equal(result(["...", "Events:"], "Name: web\nEvents:\nmore"), "too much");
  assert.deepEqual(
    result(["Labels: <none>"], "Labels: <none>"),
    {},
    "Kubernetes' own brackets are plain text",
  );
});

test("a name is learned where it stands first and means the same from then on", () => {
  assert.deepEqual(result(["pod/web-${hash}-$pod created"], "pod/web-5b4c-x7k2p created"), {
    hash: "5b4c",
    pod: "x7k2p",
  });
  assert.deepEqual(result(["$a to $b", "$b to $a"], "x to y\ny to x"), { a: "x", b: "y" });
  assert.equal(result(["$a to $b", "$b to $a"], "x to y\nx to y"), "$b to $a");
  assert.deepEqual(result(["web-$pod"], "web-1", { pod: "1" }), { pod: "1" });
  assert.equal(result(["web-$pod"], "web-2", { pod: "1" }), "web-$pod");
  assert.equal(result(["ip $ip"], "ip two words"), "ip $ip");
});

/** `kubus help [COMMAND]`: a loop over the table of commands. */
import { defineCommand, type Command } from "../command/command.ts";
import { usage } from "../command/parse.ts";

/** Takes the table as a function: the table holds this command too. */
export const help = (commands: () => readonly Command[]): Command =>
  defineCommand({
    name: "help",
    args: ["[COMMAND...]"],
    flags: {},
    meaning: "Says what there is.",
    run: ({ args, terminal }) => {
      const words = args.join(" ");
      const shown = commands().filter(({ name }) => name === words || name.startsWith(`${words} `));
      for (const line of shown.length === 0 ? overview(commands()) : shown.flatMap(details))
        terminal.print(line);
      return Promise.resolve(0);
    },
  });

function overview(commands: readonly Command[]): readonly string[] {
  const lines = commands.map(({ name, args, meaning }) => [[name, ...args].join(" "), meaning] as const);
  const width = Math.max(...lines.map(([left]) => left.length)) + 2;
  return [
    "kubus: a Kubernetes-compatible control plane for small boards.",
    "",
    ...lines.map(([left, right]) => `  ${left.padEnd(width)}${right}`),
    "",
    "More about one: kubus help COMMAND",
  ];
}

function details(command: Command): readonly string[] {
  const flags = Object.entries(command.flags).map(([name, row]) => {
    const standard =
      row.default === undefined || row.meaning.includes("default") ? "" : ` Default: ${row.default}.`;
    return `  --${name.padEnd(24)}${row.meaning}${standard}`;
  });
  return [usage(command), "", command.meaning, ...(flags.length > 0 ? ["", ...flags] : []), ""];
}

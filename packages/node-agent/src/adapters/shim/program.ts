/** Which program of the board a container runs: images of the form `host/<program>`, looked up on a search path. */
import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import { RuntimeRefusal, type ContainerSpec } from "../../ports/runtime.ts";

/** The system's own search path, for containers that do not say otherwise. */
export const standardPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const imageForm = /^host\/([\w.+-]+)(?::latest)?$/;

/** The program that the image stands for. Throws a RuntimeRefusal for any other image. */
export function programOf(image: string): string {
  const program = imageForm.exec(image)?.[1];
  if (program !== undefined && program !== "." && program !== "..") return program;
  const message = `${image}: only host/<program> images are supported by this version`;
  throw new RuntimeRefusal(image.startsWith("host/") ? "InvalidImageName" : "ErrImagePull", message);
}

/** The words to run: `command` replaces the image's program, `args` follow. */
export const commandOf = ({
  image,
  command,
  args,
}: Pick<ContainerSpec, "image" | "command" | "args">): readonly string[] => [
  ...(command.length > 0 ? command : [programOf(image)]),
  ...args,
];

/** Where a program without a slash lies on this board; undefined when it is nowhere. */
export const findProgram = (name: string, path: string = standardPath): string | undefined =>
  path
    .split(":")
    .map((folder) => join(folder, name))
    .find(isProgram);

/** Throws a RuntimeRefusal when the first word is not a program of this board. Paths are looked at inside the container. */
export function requireProgram(words: readonly string[], path: string = standardPath): void {
  const [program = ""] = words;
  const refuse = (why: string) => {
    throw new RuntimeRefusal("RunContainerError", `exec: ${JSON.stringify(program)}: ${why}`);
  };
  if (words.some((word) => word.includes("\0"))) refuse("a word of the command holds a NUL byte");
  if (program.includes("=")) refuse('program names with "=" are not supported');
  if (program.includes("/") || findProgram(program, path) !== undefined) return;
  refuse(`executable file not found in $PATH: this board has no such program in ${path}`);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // Not there, or not to be run: the next folder is tried.
  }
}

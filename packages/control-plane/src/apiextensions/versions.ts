/** Which version of an API comes first: stable before beta before alpha, newer before older. Pure. */
const pattern = /^v(\d+)(?:(alpha|beta)(\d+))?$/;

const stages: Readonly<Record<string, number>> = { alpha: 1, beta: 2, "": 3 };

/** Negative when `left` comes first. Names of another form come last, in alphabetical order. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [rankOf(left), rankOf(right)];
  if (a === undefined || b === undefined) {
    if (a !== undefined) return -1;
    if (b !== undefined) return 1;
    return left < right ? -1 : left > right ? 1 : 0;
  }
  const at = a.findIndex((part, index) => part !== b[index]);
  return at === -1 ? 0 : (b[at] ?? 0) - (a[at] ?? 0);
}

function rankOf(version: string): readonly number[] | undefined {
  const match = pattern.exec(version);
  if (match === null) return undefined;
  const [, major = "0", stage = "", minor = "0"] = match;
  return [stages[stage] ?? 0, Number(major), Number(minor)];
}

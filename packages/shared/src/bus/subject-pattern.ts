/** Subjects and their wildcards, as on NATS: `*` stands for one token, `>` for one or more at the end. Pure. */
export function matchesPattern(pattern: string, subject: string): boolean {
  const wanted = pattern.split(".");
  const tokens = subject.split(".");
  const rest = wanted.indexOf(">");
  if (rest >= 0 ? tokens.length <= rest : tokens.length !== wanted.length) return false;
  const fixed = rest >= 0 ? wanted.slice(0, rest) : wanted;
  return fixed.every((token, i) => token === "*" || token === tokens[i]);
}

/**
 * Sets of fields, as managedFields holds them (FieldsV1), and their algebra.
 *
 * A set is a tree of path elements. A leaf `{}` is a field that is in the set; a branch holds the fields below it, and
 * `.` when it is in the set itself. The tree is what stands on the wire, so nothing is converted when an object is
 * written. The root is no field: an empty root is the empty set. Pure: what does not change is shared, not copied.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** The path of a field: elements as they stand in a set. */
export type FieldPath = readonly string[];

export const noFields: FieldSet = Object.freeze({});

/** A field without others below it. */
export const leaf: FieldSet = noFields;

/** Marks a branch that is in the set itself. */
export const itself = ".";

export function isLeaf(set: FieldSet): boolean {
  for (const element in set) if (Object.hasOwn(set, element)) return false;
  return true;
}

/** For roots. */
export const isEmpty = isLeaf;

/** Whether the field that a branch stands for is in the set. */
export const isMember = (branch: FieldSet): boolean => Object.hasOwn(branch, itself) || isLeaf(branch);

/** A tree below a field, with the field itself. */
export const withItself = (branch: FieldSet): FieldSet =>
  isMember(branch) ? branch : { [itself]: leaf, ...branch };

const childOf = (set: FieldSet, element: string): FieldSet | undefined =>
  Object.hasOwn(set, element) ? set[element] : undefined;

/** `a` itself when `b` adds nothing. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  let all: Record<string, FieldSet> | undefined;
  for (const element of Object.keys(b)) {
    const [mine, yours] = [childOf(a, element), b[element] ?? leaf];
    const both = mine === undefined ? yours : unionBelow(mine, yours);
    if (both === mine) continue;
    all ??= { ...a };
    all[element] = both;
  }
  return all ?? a;
}

function unionBelow(a: FieldSet, b: FieldSet): FieldSet {
  if (isLeaf(a)) return withItself(b);
  return isLeaf(b) ? withItself(a) : union(a, b);
}

/** What is in `a` and not in `b`; `a` itself when they share nothing. Fields below a field of `b` stay. */
export const difference = (a: FieldSet, b: FieldSet): FieldSet => without(a, b, differenceBelow);

function differenceBelow(a: FieldSet, b: FieldSet): FieldSet | undefined {
  if (isLeaf(a)) return isMember(b) ? undefined : a;
  return branch(difference(a, isLeaf(b) ? onlyItself : b));
}

const onlyItself: FieldSet = { [itself]: leaf };

/** As `difference`, and what is below a field of `b` goes with it. */
export const recursiveDifference = (a: FieldSet, b: FieldSet): FieldSet =>
  without(a, b, recursiveDifferenceBelow);

function recursiveDifferenceBelow(a: FieldSet, b: FieldSet): FieldSet | undefined {
  if (isMember(b)) return undefined;
  return isLeaf(a) ? a : branch(recursiveDifference(a, b));
}

function without(
  a: FieldSet,
  b: FieldSet,
  below: (a: FieldSet, b: FieldSet) => FieldSet | undefined,
): FieldSet {
  let rest: Record<string, FieldSet> | undefined;
  for (const element of Object.keys(a)) {
    const [mine, yours] = [a[element] ?? leaf, childOf(b, element)];
    const kept = yours === undefined ? mine : below(mine, yours);
    if (kept === mine) continue;
    rest ??= { ...a };
    if (kept === undefined) Reflect.deleteProperty(rest, element);
    else rest[element] = kept;
  }
  return rest ?? a;
}

/** What is in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const both: Record<string, FieldSet> = {};
  for (const element of Object.keys(a)) {
    const [mine, yours] = [a[element] ?? leaf, childOf(b, element)];
    const shared = yours === undefined ? undefined : intersectionBelow(mine, yours);
    if (shared !== undefined) both[element] = shared;
  }
  return both;
}

function intersectionBelow(a: FieldSet, b: FieldSet): FieldSet | undefined {
  if (isLeaf(a)) return isMember(b) ? leaf : undefined;
  if (isLeaf(b)) return isMember(a) ? leaf : undefined;
  return branch(intersection(a, b));
}

/** What is left of a branch: nothing, a leaf, or a branch. */
function branch(set: FieldSet): FieldSet | undefined {
  const [first, second] = Object.keys(set);
  if (first === undefined) return undefined;
  return first === itself && second === undefined ? leaf : set;
}

/** Whether the field at a path is in the set. */
export function has(set: FieldSet, [element, ...rest]: FieldPath): boolean {
  const below = element === undefined ? undefined : childOf(set, element);
  if (below === undefined) return false;
  return rest.length === 0 ? isMember(below) : has(below, rest);
}

/** What the set knows of the field at `element`: undefined when neither it nor anything below is in the set. */
export const below = childOf;

/** The set of one field. */
export const setOf = ([element, ...rest]: FieldPath): FieldSet =>
  element === undefined ? noFields : { [element]: rest.length === 0 ? leaf : setOf(rest) };

/** Every field of the set. */
export function* pathsOf(set: FieldSet, above: FieldPath = []): Generator<FieldPath> {
  for (const element of Object.keys(set)) {
    if (element === itself) continue;
    const [path, branch] = [[...above, element], set[element] ?? leaf];
    if (isMember(branch)) yield path;
    yield* pathsOf(branch, path);
  }
}

/**
 * Amounts of resources, added and compared exactly, and written as Kubernetes writes sums: in the family of suffixes
 * that the first amount was given in. Pure.
 */
import type { Container, PodSpec, ResourceList } from "@kubus/shared/api/pod.ts";
import { canonicalQuantity, parseQuantity } from "@kubus/shared/api/quantity.ts";

export interface Amount {
  readonly billionths: bigint;
  /** Given with Ki, Mi, ... */
  readonly isBinary: boolean;
}

export type Amounts = Readonly<Record<string, Amount>>;

export const zero: Amount = { billionths: 0n, isBinary: false };
const unit = 1_000_000_000n;

export const counted = (number: number): Amount => ({ billionths: BigInt(number) * unit, isBinary: false });

/** Zero when the text is no quantity: validation refuses such a text elsewhere. */
export const amountOf = (text: string | number | undefined): Amount => ({
  billionths: parseQuantity(text ?? "0") ?? 0n,
  isBinary: String(text ?? "").endsWith("i"),
});

export const amountsOf = (list: ResourceList | undefined): Amounts =>
  Object.fromEntries(Object.entries(list ?? {}).map(([name, text]) => [name, amountOf(text)]));

const familyOf = (a: Amount, b: Amount): boolean => (a.billionths === 0n ? b.isBinary : a.isBinary);

export const plus = (a: Amount, b: Amount): Amount => ({
  billionths: a.billionths + b.billionths,
  isBinary: familyOf(a, b),
});
export const minus = (a: Amount, b: Amount): Amount => ({
  billionths: a.billionths - b.billionths,
  isBinary: familyOf(a, b),
});
const more = (a: Amount, b: Amount): Amount => (b.billionths > a.billionths ? b : a);

const combined =
  (combine: (a: Amount, b: Amount) => Amount) =>
  (a: Amounts, b: Amounts): Amounts =>
    Object.fromEntries(
      [...new Set([...Object.keys(a), ...Object.keys(b)])].map((name) => [
        name,
        combine(a[name] ?? zero, b[name] ?? zero),
      ]),
    );

export const add = combined(plus);
export const subtract = combined(minus);
export const larger = combined(more);

export const picked = (amounts: Amounts, names: readonly string[]): Amounts =>
  Object.fromEntries(names.flatMap((name) => (amounts[name] === undefined ? [] : [[name, amounts[name]]])));

const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/** `1536Mi`, `100m`, `2`. */
export function shown({ billionths, isBinary }: Amount): string {
  const whole = billionths / unit;
  const isSmall = whole < 1_024n && whole > -1_024n;
  if (!isBinary || isSmall || billionths % unit !== 0n) {
    // Billionths of a large amount are longer than any quantity that people write.
    const isWhole = billionths % unit === 0n;
    return canonicalQuantity(isWhole ? String(whole) : `${String(billionths)}n`) ?? String(whole);
  }
  let [rest, steps] = [whole, 0];
  for (; steps < binarySuffixes.length - 1 && rest % 1_024n === 0n; steps += 1) rest /= 1_024n;
  return `${String(rest)}${binarySuffixes[steps] ?? ""}`;
}

export const shownList = (amounts: Amounts): ResourceList =>
  Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, shown(amount)]));

/**
 * What a whole pod asks for, or may use at most: its containers together, or the largest moment of its start, where
 * sidecars that were started earlier run beside each init container.
 */
export function podAmounts(spec: PodSpec, which: "requests" | "limits", wantsOverhead = true): Amounts {
  const of = ({ resources }: Container) => amountsOf(resources?.[which]);
  const running = spec.containers.map(of).reduce(add, {});
  let [sidecars, start]: readonly [Amounts, Amounts] = [{}, {}];
  for (const init of spec.initContainers ?? []) {
    if (init.restartPolicy === "Always") sidecars = add(sidecars, of(init));
    start = larger(start, init.restartPolicy === "Always" ? sidecars : add(sidecars, of(init)));
  }
  const whole = { ...larger(add(running, sidecars), start), ...amountsOf(spec.resources?.[which]) };
  if (!wantsOverhead) return whole;
  const overhead = amountsOf(spec.overhead);
  // Overhead adds to limits only where there are any.
  return add(whole, which === "requests" ? overhead : picked(overhead, Object.keys(whole)));
}

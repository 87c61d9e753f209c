const AGES = [
  ['s', 60],
  ['m', 60],
  ['h', 24],
  ['d', 1000],
] as const;

/** A duration in four characters or less, as in a column: "59s", "3m", "23h", "12d". */
export function age(milliseconds: number): string {
  let amount = Math.max(0, Math.floor(milliseconds / 1000));
  for (const [unit, size] of AGES) {
    if (amount < size) return `${amount}${unit}`;
    amount = Math.floor(amount / size);
  }
  return '999d';
}

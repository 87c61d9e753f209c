/** Some calls, as ranges of their numbers. Both ends are included. */
export type Calls = readonly (readonly [first: number, last: number])[];

/** Reads "1-20,25". undefined: the text is written otherwise. */
export function parseCalls(text: string): Calls | undefined {
  const ranges = text.split(',').map((range) => /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(range));
  if (ranges.includes(null)) return undefined;
  return ranges.map((range) => [Number(range![1]), Number(range![2] ?? range![1])] as const);
}

export const isAmong = (calls: Calls, number: number): boolean =>
  calls.some(([first, last]) => first <= number && number <= last);

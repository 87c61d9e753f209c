/**
 * The places, in two lists, of two entries that stand beside each other. undefined: the other list
 * has none like it.
 */
export type Pair = readonly [number | undefined, number | undefined];

/**
 * The largest table of two lists, in cells. Lists that need a larger one are cut in two: a day
 * against another day would take gigabytes.
 */
const MOST_CELLS = 1_000_000;

interface Part {
  readonly keys: Uint32Array;
  readonly from: number;
  readonly to: number;
}

/**
 * Puts two lists beside each other, by a longest common subsequence of theirs.
 * The time is the product of their lengths, without what both begin and end with (2 × 40,000 that
 * differ throughout: 10 s). The memory is the sum of their lengths (Hirschberg, 1975).
 */
export function align(a: readonly string[], b: readonly string[]): Pair[] {
  const numbers = new Map<string, number>();
  const numbered = (list: readonly string[]): Part => {
    const keys = Uint32Array.from(
      list,
      (key) => numbers.get(key) ?? (numbers.set(key, numbers.size), numbers.size - 1),
    );
    return { keys, from: 0, to: keys.length };
  };
  const pairs: Pair[] = [];
  alignParts(numbered(a), numbered(b), pairs);
  return pairs;
}

const lengthOf = ({ from, to }: Part) => to - from;

function alignParts(a: Part, b: Part, pairs: Pair[]): void {
  let [begin, end] = [0, 0];
  const most = Math.min(lengthOf(a), lengthOf(b));
  while (begin < most && a.keys[a.from + begin] === b.keys[b.from + begin]) begin++;
  while (end < most - begin && a.keys[a.to - 1 - end] === b.keys[b.to - 1 - end]) end++;
  for (let at = 0; at < begin; at++) pairs.push([a.from + at, b.from + at]);
  alignDifferent({ ...a, from: a.from + begin, to: a.to - end }, { ...b, from: b.from + begin, to: b.to - end }, pairs);
  for (let at = end; at > 0; at--) pairs.push([a.to - at, b.to - at]);
}

function alignDifferent(a: Part, b: Part, pairs: Pair[]): void {
  if (lengthOf(a) <= 1 || lengthOf(a) * lengthOf(b) <= MOST_CELLS) return alignByTable(a, b, pairs);
  // Cuts b where the two halves of a have most in common with the two parts of b: a longest common
  // subsequence leads through that place.
  const middle = (a.from + a.to) >> 1;
  const [first, second] = [
    { ...a, to: middle },
    { ...a, from: middle },
  ];
  const [before, behind] = [commonFromBegin(first, b), commonToEnd(second, b)];
  let [best, cut] = [-1, 0];
  for (let at = 0; at <= lengthOf(b); at++) {
    const common = before[at]! + behind[at]!;
    if (common > best) [best, cut] = [common, at];
  }
  alignParts(first, { ...b, to: b.from + cut }, pairs);
  alignParts(second, { ...b, from: b.from + cut }, pairs);
}

/**
 * For each n, the length of a longest common subsequence of all of a and the first n entries of b.
 */
function commonFromBegin(a: Part, b: Part): Uint32Array {
  const of = b.keys.subarray(b.from, b.to);
  const row = new Uint32Array(of.length + 1);
  for (const key of a.keys.subarray(a.from, a.to)) {
    let [diagonal, left] = [0, 0];
    for (let j = 0; j < of.length; j++) {
      const above = row[j + 1]!;
      if (of[j] === key) left = diagonal + 1;
      else if (above > left) left = above;
      row[j + 1] = left;
      diagonal = above;
    }
  }
  return row;
}

/**
 * For each n, the same for all of a and the entries of b from n on. It is computed on both lists
 * backwards.
 */
function commonToEnd(a: Part, b: Part): Uint32Array {
  const backwards = ({ keys, from, to }: Part): Part => ({
    keys: keys.subarray(from, to).toReversed(),
    from: 0,
    to: to - from,
  });
  return commonFromBegin(backwards(a), backwards(b)).toReversed();
}

function alignByTable(a: Part, b: Part, pairs: Pair[]): void {
  const width = lengthOf(b) + 1;
  const table = new Uint32Array((lengthOf(a) + 1) * width);
  const cell = (i: number, j: number) => (i - a.from) * width + j - b.from;
  for (let i = a.to - 1; i >= a.from; i--) {
    for (let j = b.to - 1; j >= b.from; j--) {
      table[cell(i, j)] =
        a.keys[i] === b.keys[j]
          ? table[cell(i + 1, j + 1)]! + 1
          : Math.max(table[cell(i + 1, j)]!, table[cell(i, j + 1)]!);
    }
  }
  let [i, j] = [a.from, b.from];
  while (i < a.to || j < b.to) {
    if (i < a.to && j < b.to && a.keys[i] === b.keys[j]) pairs.push([i++, j++]);
    else if (j >= b.to || (i < a.to && table[cell(i + 1, j)]! >= table[cell(i, j + 1)]!)) pairs.push([i++, undefined]);
    else pairs.push([undefined, j++]);
  }
}

// How the page names calls to dbg. Nothing here needs a browser.

/** Gives numbers as ranges, "1-20,25". */
export function rangesOf(/** @type {readonly number[]} */ numbers) {
  /** @type {[number, number][]} */
  const ranges = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && number <= last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

// Globs are paths with * for anything without a slash, and ** for anything.

/**
 * Gives a function that tells whether a glob stands for a path. The time it takes is the product of
 * both lengths, however many stars there are. A RegExp may take a power of that.
 */
export function globMatcher(glob: string): (path: string) => boolean {
  const tokens = tokensOf(glob);
  /** Adds the place after each star: a star may stand for nothing. */
  const withStars = (places: Set<number>) => {
    for (const at of places) if (tokens[at]?.startsWith('*')) places.add(at + 1);
    return places;
  };
  return (path) => {
    let places = withStars(new Set([0]));
    for (const char of path) {
      const next = new Set<number>();
      for (const at of places) {
        const token = tokens[at];
        if (!token?.startsWith('*')) {
          if (token === char) next.add(at + 1);
        } else if (covers(token, char)) {
          next.add(at);
        }
      }
      if (next.size === 0) return false;
      places = withStars(next);
    }
    return places.has(tokens.length);
  };
}

/** Whether there is a path that both globs stand for. */
export function globsMeet(one: string, other: string): boolean {
  const [a, b] = [tokensOf(one), tokensOf(other)];
  const seen = new Set<string>();
  const meet = (i: number, j: number): boolean => {
    const [x, y] = [a[i], b[j]];
    if (x === undefined && y === undefined) return true;
    // Otherwise globs with many stars would compare the same two rests again and again.
    if (seen.has(`${i} ${j}`)) return false;
    seen.add(`${i} ${j}`);
    if (x?.startsWith('*')) return meet(i + 1, j) || (covers(x, y) && meet(i, j + 1));
    if (y?.startsWith('*')) return meet(i, j + 1) || (covers(y, x) && meet(i + 1, j));
    return x === y && meet(i + 1, j + 1);
  };
  return meet(0, 0);
}

const tokensOf = (path: string) => path.match(/\*+|[^*]/gsu) ?? [];

const covers = (star: string, token: string | undefined) => token !== undefined && (star !== '*' || token !== '/');

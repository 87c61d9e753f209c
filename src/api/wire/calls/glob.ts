// Paths with * for what has no slash, and ** for anything.

/** Tells which paths such a one stands for. However long and starred both are, the time is their lengths' product: a RegExp may take its power. */
export function globMatcher(glob: string): (path: string) => boolean {
  const tokens = tokensOf(glob);
  /** From a star on, what stands behind it may come at once. */
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

/** Whether there is a path that both stand for. */
export function globsMeet(one: string, other: string): boolean {
  const [a, b] = [tokensOf(one), tokensOf(other)];
  const seen = new Set<string>();
  const meet = (i: number, j: number): boolean => {
    const [x, y] = [a[i], b[j]];
    if (x === undefined && y === undefined) return true;
    // Else many stars would ask for the same rest again and again.
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

/** Paths with * for what has no slash, and ** for anything. */

/** What such a path stands for. */
export function globPattern(path: string): RegExp {
  return new RegExp(`^${path.split(/(\*+)/).map(patternPart).join('')}$`);
}

function patternPart(part: string): string {
  if (part.startsWith('*')) return part === '*' ? '[^/]*' : '.*';
  return part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&');
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

const tokensOf = (path: string) => path.match(/\*+|[^*]/gs) ?? [];

const covers = (star: string, token: string | undefined) => token !== undefined && (star !== '*' || token !== '/');

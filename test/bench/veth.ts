import { execFileSync } from 'node:child_process';
import { bar, type Case, interleaved } from './measure.ts';
import { spawnedProcesses } from './spawned.ts';

const COUNTS = [1, 10, 30, 60] as const;
const ROUNDS = 7;
const DBG = [process.execPath, 'bin/dbg.js', 'veth', '--all'];

/** The well-known recipe, for each container: its number of the peer, then that number's line of the host's list. */
const RECIPE = `for c; do
  i=$(docker exec "$c" cat /sys/class/net/eth0/iflink)
  ip link | grep "^$i:" || exit 1
done`;

/** What a careful script does: one inspect for all, then into each, and the host's own list. */
const CAREFUL = `ip -j -d link
docker inspect -f '{{.State.Pid}}' "$@" | while read -r pid; do nsenter -t "$pid" -n ip -j -d link || exit 1; done`;

interface Row {
  readonly containers: number;
  readonly recipe: number;
  readonly careful: number;
  readonly dbg: number;
  readonly spawned: number;
}

/** What the map of the whole host costs for more and more containers, beside what a person would use. Runs inside an engine of our own. */
export function benchVeth(): boolean {
  const names: string[] = [];
  const network = 'dbg-bench-veth';
  const docker = (...args: readonly string[]) => execFileSync('docker', args, { stdio: 'ignore' });
  docker('network', 'create', network);
  try {
    console.log(`\nthe map of the host, Node ${process.version}, ${ROUNDS} rounds interleaved, medians in ms`);
    console.log('containers   shell recipe   nsenter each   dbg veth --all   processes of dbg');
    const rows = COUNTS.map((count) => {
      while (names.length < count) {
        const name = `dbg-bench-veth-${names.length}`;
        names.push(name);
        docker('run', '-d', '--name', name, '--network', network, 'busybox', 'sleep', '3600');
      }
      const row = measured(names);
      const cells = [row.containers, row.recipe.toFixed(1), row.careful.toFixed(1), row.dbg.toFixed(1), row.spawned];
      console.log(cells.map((cell, at) => String(cell).padStart([10, 15, 15, 17, 19][at]!)).join(''));
      return row;
    });
    return bars(rows);
  } finally {
    if (names.length > 0) docker('rm', '-f', ...names);
    docker('network', 'rm', network);
  }
}

function measured(names: readonly string[]): Row {
  const cases: Case[] = [
    { name: 'recipe', argv: ['sh', '-c', RECIPE, 'sh', ...names] },
    { name: 'careful', argv: ['sh', '-c', CAREFUL, 'sh', ...names] },
    { name: 'dbg', argv: DBG },
  ];
  const [recipe, careful, dbg] = interleaved(cases, ROUNDS).map(({ median }) => median) as [number, number, number];
  return { containers: names.length, recipe, careful, dbg, spawned: spawnedProcesses(DBG) };
}

/** Prints what is to hold and what came out; gives whether all of it holds. */
function bars(rows: readonly Row[]): boolean {
  const slopes = { recipe: slope(rows, 'recipe'), careful: slope(rows, 'careful'), dbg: slope(rows, 'dbg') };
  console.log(
    `ms a container   recipe ${slopes.recipe.toFixed(2)}   nsenter each ${slopes.careful.toFixed(2)}   dbg ${slopes.dbg.toFixed(2)}`,
  );
  const last = rows.at(-1)!;
  const outcomes = [
    bar(
      `a container more costs ≤ 1/40 of the recipe's`,
      slopes.dbg <= slopes.recipe / 40,
      `1/${(slopes.recipe / slopes.dbg).toFixed(0)}`,
    ),
    bar(
      `${last.containers} containers ≥ 15 times faster than the recipe`,
      last.recipe / last.dbg >= 15,
      `${(last.recipe / last.dbg).toFixed(1)} times`,
    ),
    bar(
      'two processes, whatever the number',
      rows.every(({ spawned }) => spawned === 2),
      rows.map(({ spawned }) => spawned).join(', '),
    ),
  ];
  return outcomes.every(Boolean);
}

/** Milliseconds a container, by least squares over all counts. */
function slope(rows: readonly Row[], of: 'recipe' | 'careful' | 'dbg'): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(rows.map(({ containers }) => containers));
  const y = mean(rows.map((row) => row[of]));
  const covariance = mean(rows.map((row) => (row.containers - x) * (row[of] - y)));
  return covariance / mean(rows.map(({ containers }) => (containers - x) ** 2));
}

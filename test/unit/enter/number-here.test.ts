import { expect, test } from 'vitest';
import { numberHere } from '../../../src/enter/number-here.ts';
import { ID } from '../fakes.ts';

const OTHER = 'e'.repeat(64);

interface Process {
  /** the containers that it is in, the outermost first */
  readonly in?: readonly string[];
  readonly parent?: number;
  /** its number in each pid namespace, from this host's inwards */
  readonly pids: readonly number[];
}

/** This host's processes. */
const host = (processes: readonly Process[]) => ({
  entries: () => [...processes.map(({ pids }) => String(pids[0])), 'self', 'net'],
  read: (path: string) => {
    const [, pid, file] = /^\/proc\/(\d+)\/(\w+)$/.exec(path)!;
    const found = processes.find(({ pids }) => pids[0] === Number(pid));
    if (found === undefined) return undefined;
    if (file === 'cgroup') return `0::${(found.in ?? []).map((id) => `/docker/${id}`).join('')}\n`;
    if (file === 'stat') return `${pid} (sleep) S ${found.parent ?? 1} 1 1 0 -1`;
    return `Name:\tsleep\nTgid:\t${pid}\nNSpid:\t${found.pids.join('\t')}\n`;
  },
});
const SHIM: Process = { pids: [40] };
/** containerd's, of an engine that is in a pid namespace, in a container or in none */
const INNER_SHIM: Process = { pids: [800, 50] };
const DEEP_SHIM: Process = { in: [OTHER], pids: [700, 30, 20] };

test.each<[string, number, readonly Process[], number]>([
  ['the engine numbers as this host does', 57, [SHIM, { in: [ID], parent: 40, pids: [57, 1] }], 57],
  [
    'the engine is in a pid namespace',
    57,
    [{ pids: [57] }, INNER_SHIM, { in: [ID], parent: 800, pids: [900, 57, 1] }],
    900,
  ],
  ['in a container of another engine', 57, [DEEP_SHIM, { in: [OTHER, ID], parent: 700, pids: [900, 31, 57, 1] }], 900],
  ['its container has no pid namespace of its own', 57, [INNER_SHIM, { in: [ID], parent: 800, pids: [900, 57] }], 900],
  [
    'a process of the container has the same number further inside',
    57,
    [
      INNER_SHIM,
      { in: [ID], parent: 800, pids: [900, 57, 1] },
      { in: [ID], parent: 900, pids: [901, 58, 57] },
      { in: [ID, OTHER], parent: 901, pids: [902, 59, 58, 57] },
    ],
    900,
  ],
  ['one that the engine ran in it later', 58, [INNER_SHIM, { in: [ID], parent: 800, pids: [901, 58, 7] }], 901],
  [
    'the number that its process has inside, of an engine of this host',
    1,
    [SHIM, { in: [ID], parent: 40, pids: [57, 1] }],
    1,
  ],
  [
    'the number that its process has inside, of an engine in a pid namespace',
    1,
    [INNER_SHIM, { in: [ID], parent: 800, pids: [900, 57, 1] }],
    1,
  ],
  ['the number is of another container', 57, [INNER_SHIM, { in: [OTHER], parent: 800, pids: [900, 57, 1] }], 57],
  ['the container is there, the number is not', 57, [INNER_SHIM, { in: [ID], parent: 800, pids: [900, 58, 1] }], 57],
  [
    'two could be meant',
    57,
    [
      INNER_SHIM,
      { pids: [801, 5] },
      { in: [ID], parent: 800, pids: [900, 57, 1] },
      { in: [ID], parent: 801, pids: [901, 57, 1] },
    ],
    57,
  ],
  ['a parent that is gone', 57, [{ in: [ID], parent: 800, pids: [900, 57, 1] }], 57],
])('%s', (_, pid, processes, expected) => expect(numberHere(host(processes), { id: ID, pid })).toBe(expected));

import { describe, expect, test } from 'vitest';
import { DbgError } from '../../../src/errors.ts';
import { enterable, stillRuns } from '../../../src/enter/target.ts';
import { container, fakeHost, ID } from '../fakes.ts';

const stat = (start: number, state = 'S') => `1234 (sleep) ${state} ${'0 '.repeat(18)}${start} 0`;
const OURS = `0::/docker/${ID}\n`;
const OTHERS = `0::/docker/${'a'.repeat(64)}\n`;

describe('what the engine says is the container’s process', () => {
  const proc = (over: Readonly<Record<string, string | undefined>>) => {
    const all = { '/proc/1234/stat': stat(4242), '/proc/1234/cgroup': OURS, '/proc/1234/status': '', ...over };
    const files = Object.fromEntries(Object.entries(all).filter(([, text]) => text !== undefined));
    return fakeHost({ files: files });
  };

  test.each([
    ['the leader of its threads', 'Tgid:\t1234\n'],
    ['a kernel that tells no thread group', ''],
  ])('%s is entered', (_, status) =>
    expect(enterable(proc({ '/proc/1234/status': status }), container(), 0)).toMatchObject({
      pid: 1234,
      startTime: '4242',
    }),
  );

  test.each([
    ['a thread', { '/proc/1234/status': 'Tgid:\t1200\n' }, 'but 1234 is a thread of process 1200'],
    ['not there', { '/proc/1234/stat': undefined }, 'but this host has no process 1234'],
    ['gone meanwhile', { '/proc/1234/cgroup': undefined }, 'but this host has no process 1234'],
    ["another's", { '/proc/1234/cgroup': OTHERS }, 'but process 1234 of this host is not in that container'],
  ])('%s is refused, and where dbg is to be run is said', (_, over, because) => {
    let failure: unknown;
    try {
      enterable(proc(over), container(), 0);
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(DbgError);
    expect(failure).toMatchObject({
      message: `the engine says that "web" is process 1234, ${because}`,
      next: [
        { what: "run dbg on the engine's machine, in its pid namespace; which engine it is", command: 'docker info' },
      ],
    });
  });
});

describe('whether it still runs, without an engine', () => {
  /** What is told at first and then, of a process with these stats. */
  function told(first: string | undefined, then: string | undefined, { cgroup = OURS, pid = 1234 } = {}) {
    let now = first;
    const read = (path: string) =>
      path === `/proc/${pid}/stat` ? now : path === `/proc/${pid}/cgroup` ? cgroup : undefined;
    const runs = stillRuns({ read, entries: () => [] }, container({ state: { pid } }));
    now = then;
    return runs?.();
  }

  test.each([
    ['the same process', stat(4242), true],
    ['gone', undefined, false],
    ['another with its number', stat(5000), false],
    ['a zombie, which nobody has waited for', stat(4242, 'Z'), false],
  ])('%s', (_, then, expected) => expect(told(stat(4242), then)).toBe(expected));

  test.each([
    ['not there from the first', told(undefined, stat(4242))],
    ["another container's", told(stat(4242), stat(4242), { cgroup: OTHERS })],
    ['a container that does not run has pid 0', told(stat(4242), stat(4242), { pid: 0 })],
  ])('it cannot be told: %s', (_, runs) => expect(runs).toBeUndefined());
});

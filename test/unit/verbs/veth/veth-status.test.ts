import { expect, test } from 'vitest';
import { run } from '../../../../src/cli/run.ts';
import { fakeContext, fakeHost, fakeNotes } from '../../fakes.ts';

const NOW = Date.parse('2026-01-01T00:03:00Z') / 1000;

/** `dbg veth --status` of one cut that is over at a time; 0: it stays until it is taken back. */
async function status(until: number, ...options: readonly string[]) {
  const alias = `dbg cut 0123abcd down ann ${NOW - 60} ${until} web/eth0`;
  const device = { ifindex: 57, ifname: 'veth57', ifalias: alias, flags: [] };
  const host = {
    ...fakeHost({
      links: { '/proc/1/ns/net': 'net:[1]', '/proc/self/ns/net': 'net:[1]' },
      outputs: {
        'lsns -t net -J -o NS,PID': '{"namespaces":[{"ns":1,"pid":1}]}',
        'ip -d -j link': JSON.stringify([device]),
      },
    }),
    notes: fakeNotes({ 'cut-1-57': alias }),
  };
  const ctx = fakeContext({ args: ['veth', '--status', ...options], host });
  expect(await run(ctx)).toBe(0);
  return ctx.printed.out;
}

test.each([
  ['it stays', 0, false, 'dbg veth … --up'],
  ['a minute is left', NOW + 60, false, 'in 1 m'],
  ['it is over just now: its guard is at it', NOW, false, 'now'],
  ['2 seconds ago: a busy guard may still be at it', NOW - 2, false, 'now'],
  ['3 seconds ago: its guard was killed', NOW - 3, true, 'overdue'],
] as const)('%s', async (_, until, overdue, text) => {
  expect(JSON.parse(await status(until, '--json'))).toMatchObject([{ overdue, in_force: true }]);
  const [, row = ''] = (await status(until)).split('\n');
  expect(row).toContain(` ${text}`);
  expect(row.includes('overdue')).toBe(overdue);
});

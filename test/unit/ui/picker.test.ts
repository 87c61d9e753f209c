import { describe, expect, test } from 'vitest';
import { toChoice } from '../../../src/cli/arguments/chosen-container.ts';
import { columns } from '../../../src/ui/columns.ts';
import { fitted, lines, matching } from '../../../src/ui/picker.ts';
import { summary } from '../fakes.ts';

test.each([
  ['Up 3 minutes', 'running', ['running', '3 minutes']],
  ['Up 3 minutes (Paused)', 'paused', ['paused', '3 minutes']],
  ['Up About an hour (health: starting)', 'running', ['starting', 'About an hour']],
  ['Up 2 days (unhealthy)', 'running', ['unhealthy', '2 days']],
  ['odd', 'running', ['running', 'odd']],
])('%j is shown as %j', (status, state, cells) =>
  expect(toChoice(summary({ status, state })).cells.slice(2, 4)).toEqual(cells),
);

test('a port published for IPv4 and IPv6 is shown once, one that is not published not at all', () => {
  const port = { host: 8080, container: 80, protocol: 'tcp' };
  const { cells } = toChoice(summary({ ports: [port, port, { ...port, host: undefined }] }));
  expect(cells.at(-1)).toBe('8080->80/tcp');
});

test.each([
  [200, 196, 'type to search'],
  [24, 20, 'type to search'],
  [8, 4, 'type to search'],
  [7, 5, ''],
  [2, 1, ''],
  [1, 1, ''],
])('a terminal of %d rows shows %d lines', (rows, pageSize, help) => {
  expect(fitted(rows)).toEqual({ pageSize, help: expect.stringMatching(help === '' ? /^$/ : help) });
});

describe('columns', () => {
  const rows = [
    ['shop-web-1', 'registry.example.com/team/application:1.2.3', 'running', '', '8080->80/tcp 8443->443/tcp'],
    ['db', 'postgres', 'unhealthy', '', ''],
  ];

  test.each([
    [100, 'shop-web-1  registry.example.com/team/application:1.2.3  running    8080->80/tcp 8443->443/tcp'],
    [60, 'shop-web-1  registry.example.…  running    8080->80/tcp 844…'],
    [40, 'shop-web-1  registr…  running   8080->8…'],
    [30, 'shop-web-1  registr…  running'],
    [14, 'shop-web-1'],
    [5, 'shop…'],
    [1, '…'],
  ])('%d wide', (width, first) => {
    const [line, second] = columns(rows, width);
    expect(line).toBe(first);
    expect(second!.indexOf('postgres')).toBe(width > 14 ? line!.indexOf('regis') : -1);
  });

  test('no line is ever wider, whatever is in it', () => {
    const hostile = ['\u001b[2J', '名前', 'e\u0301', '\u{1f600}', '\u202e', 'x'.repeat(300), ''];
    const wild = hostile.map((_, at) => [...hostile.slice(at), ...hostile.slice(0, at)]);
    for (let width = 1; width < 200; width++) {
      for (const line of columns(wild, width)) {
        expect(line).toMatch(/^[\u0020-\u007e…]*$/);
        expect(line.length).toBeLessThanOrEqual(width);
      }
    }
  });

  test('no rows, no lines', () => expect(columns([], 80)).toEqual([]));
});

test('the search sees what was cut away, and what Tab puts there', () => {
  const all = lines([{ value: 'id', cells: ['web', 'a'.repeat(80), `${'b'.repeat(20)} needle`] }], 40);
  expect(all[0]!.name).not.toContain('needle');
  for (const term of ['NEEDLE web', all[0]!.name]) expect(matching(all, term)).toHaveLength(1);
});

import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { ContainerUsage } from '../../../../../src/process/usage/container-usage.ts';
import type { ProcessUsage } from '../../../../../src/process/usage/process-usage.ts';
import { type ScreenData, screenFrame } from '../../../../../src/verbs/top/screen/screen-frame.ts';
import { FIRST_STATE, pressed, type ScreenState } from '../../../../../src/verbs/top/screen/screen-state.ts';
import { cpuHistory } from '../../../../../src/verbs/top/screen/sparkline.ts';
import { usage } from '../usage-fixture.ts';

const cpu = (percent: number, limitCpus: number | null = null) => ({
  cpu: { percent, throttledPercent: undefined, usedMicroseconds: 0, limitCpus },
});
const ROWS: readonly ContainerUsage[] = [
  usage({ id: 'a', name: 'db', ...cpu(3) }),
  usage({ id: 'b', name: 'web', ...cpu(99, 1) }),
  usage({ id: 'c', name: 'cache', state: 'paused', ...cpu(0) }),
];
const process = (over: Partial<ProcessUsage> = {}): ProcessUsage => ({
  pid: 7,
  key: '7 1',
  state: 'S',
  cpuPercent: 1,
  rssBytes: 4096,
  threads: 2,
  readPerSecond: 0,
  writtenPerSecond: 0,
  openFiles: { used: 3, limit: 1024 },
  elapsedMs: 60_000,
  command: 'nginx -g',
  ...over,
});
const data = (over: Partial<ScreenData> = {}): ScreenData => ({
  rows: ROWS,
  now: 65_000,
  history: cpuHistory('01234567'),
  alarming: new Set(),
  processes: undefined,
  warning: undefined,
  ...over,
});
const SIZE = { columns: 80, rows: 10 };
const draw = (state: ScreenState, given = data(), size = SIZE, look = {}) => screenFrame(state, given, size, look);
const plain = (lines: readonly string[]) => lines.map((line) => stripVTControlCharacters(line).trimEnd());
/** The state after keys, each of which is about what was on the screen then. */
function after(keys: readonly string[], given = data()): ScreenState {
  return keys.reduce((state, key) => pressed(state, key, draw(state, given).shown) as ScreenState, FIRST_STATE);
}

test('80 columns: the largest use of the CPU first, totals above, keys below', () => {
  const lines = plain(draw(FIRST_STATE).lines);
  expect(lines).toHaveLength(10);
  expect(lines[0]).toBe('dbg top   3 containers   CPU 102.0%   memory 48MiB');
  expect(lines[2]).toMatch(/^CONTAINER +CPUv +LAST MINUTE +MEMORY +MEM% +RX\/S +TX\/S/);
  expect(lines[3]).toMatch(/^web +99\.0%! +16MiB +25\.0% +100B +2B/);
  expect(lines[4]).toMatch(/^db +3\.0%/);
  expect(lines[5]).toMatch(/^cache \(paused\) +0\.0%/);
  expect(lines[9]).toMatch(/^q quit/);
});

test.each([24, 40, 60, 79, 80, 100, 132, 200, 300])('no line is wider than %i columns', (columns) => {
  const rows = [
    ...ROWS,
    usage({ id: 'd', name: 'a-name-that-is-as-long-as-those-that-compose-and-swarm-make.1.abcdefgh' }),
  ];
  const given = data({ rows, alarming: new Set(['drops', 'oom', 'throttled']) });
  const { lines } = draw(FIRST_STATE, given, { columns, rows: 10 });
  expect(Math.max(...plain(lines).map((line) => line.length))).toBeLessThanOrEqual(columns);
  expect(plain(lines)[3]).toMatch(/^web +99\.0%/);
});

test('a wide terminal shows every column', () =>
  expect(plain(draw(FIRST_STATE, data(), { columns: 300, rows: 10 }).lines)[2]).toMatch(
    /THROTTLED .*LIMIT .*CACHE .*SWAP .*OOM .*WAITS .*DROPS .*READ\/S .*WRITE\/S .*PIDS .*FILES .*UP .*RESTARTS$/,
  ));

test('the column in which something was alarming is shown before others', () => {
  const oom = data({ alarming: new Set(['oom']) });
  expect(plain(draw(FIRST_STATE).lines)[2]).not.toContain('OOM');
  expect(plain(draw(FIRST_STATE, oom).lines)[2]).toContain('OOM');
});

describe('what is near a limit', () => {
  const web = (look: object) => draw(FIRST_STATE, data(), SIZE, look).lines[3];
  test('is red', () => expect(web({ isColoured: true })).toContain('\u001b[31m 99.0%\u001b[0m'));
  test('has a mark where there are no colours', () => {
    expect(web({})).toContain('99.0%!');
    expect(web({})).not.toContain('\u001b[31m');
  });
});

test('the chosen row is in reverse video, and stays so behind what is red in it', () => {
  const { lines } = draw(FIRST_STATE, data(), SIZE, { isColoured: true });
  expect(lines[3]?.startsWith('\u001b[7mweb')).toBe(true);
  expect(lines[3]).toContain('\u001b[31m 99.0%\u001b[0m\u001b[7m');
  expect(lines[4]).not.toContain('\u001b[7m');
});

test('a filter looks at name, image and id; what is typed and what holds is told', () => {
  expect(plain(draw(after(['/', 'D', 'B'])).lines).slice(1, 5)).toEqual([
    'filter: DB_',
    expect.stringContaining('CONTAINER'),
    expect.stringMatching(/^db /),
    '',
  ]);
  expect(plain(draw(after(['/', 'd', 'b', 'enter'])).lines)[1]).toMatch(/^filter: db +\(Escape/);
  expect(plain(draw(after(['/', 'n', 'g', 'i', 'n', 'x'])).lines)[5]).toMatch(/^cache/);
});

test('a long list is moved so that the chosen row is on the screen', () => {
  const rows = Array.from({ length: 50 }, (_, at) => usage({ id: String(at), name: `web-${at}`, ...cpu(50 - at) }));
  const many = data({ rows });
  expect(plain(draw(after(['end'], many), many).lines)[8]).toMatch(/^web-49 /);
  expect(plain(draw(after(['end', 'home'], many), many).lines)[3]).toMatch(/^web-0 /);
  const middle = draw(
    after(
      Array.from({ length: 20 }, () => 'down'),
      many,
    ),
    many,
  ).lines;
  expect(middle.find((line) => line.startsWith('\u001b[7m'))).toContain('web-20 ');
});

test('that the engine is away is told above the list', () =>
  expect(plain(draw(FIRST_STATE, data({ warning: 'the engine is away' })).lines)[1]).toBe('the engine is away'));

test('a name that drives a terminal is escaped', () => {
  const { lines } = draw(FIRST_STATE, data({ rows: [usage({ name: 'x\u001b[2J\u0007' })] }));
  expect(lines.join('')).not.toContain('\u001b[2J');
  expect(lines.join('')).not.toContain('\u0007');
});

test.each([1, 2, 3, 5])('a terminal of %i lines has the list alone', (rows) => {
  const { lines } = draw(FIRST_STATE, data(), { columns: 80, rows });
  expect(lines).toHaveLength(rows);
  expect(plain(lines)[0]).toMatch(/^CONTAINER/);
});

describe('the processes of a container', () => {
  const processes = [process(), process({ pid: 9, key: '9 1', cpuPercent: 50, command: 'worker' })];
  const opened = data({ processes });

  test('Enter opens the chosen container; its figures are above', () => {
    const state = after(['down', 'enter'], opened);
    expect(state.opened).toBe('a');
    const lines = plain(draw(state, opened).lines);
    expect(lines[0]).toMatch(/^db +CPU 3\.0% +MEMORY 16MiB +MEM% 25\.0% .*PIDS 3$/);
    expect(lines[2]).toMatch(/PID +CPUv +MEMORY .*COMMAND$/);
    expect(lines[3]).toMatch(/^ +9 +50\.0% .* worker$/);
    expect(lines[4]).toMatch(/^ +7 +1\.0% +4KiB .* nginx -g$/);
  });
  test.each([['q'], ['escape'], ['enter'], ['backspace'], ['/', 'x', 'escape', 'q']])('%s leads back', (...keys) =>
    expect(after(['enter', ...keys], opened).opened).toBeUndefined(),
  );
  test('Escape takes a filter away first', () => {
    const state = after(['enter', '/', 'n', 'enter', 'escape'], opened);
    expect(state).toMatchObject({ opened: 'b', processes: { filter: '' } });
  });
  test('back in the list, the same container is chosen', () => {
    const state = after(['down', 'enter', 'q'], opened);
    expect(draw(state, opened).lines.find((line) => line.startsWith('\u001b[7m'))).toContain('db');
  });
  test('a container that has ended meanwhile', () => {
    const state = after(['enter'], opened);
    expect(plain(draw(state, data({ rows: [], processes: undefined })).lines)[0]).toBe('dbg top   b has ended');
  });
  test('nothing is opened where there is nothing', () =>
    expect(pressed(FIRST_STATE, 'enter', { keys: [], columns: [], page: 1 })).toBe(FIRST_STATE));
});

test('q leaves, and Ctrl-C at any time; while a filter is typed, q is a letter', () => {
  const { shown } = draw(FIRST_STATE);
  expect(pressed(FIRST_STATE, 'q', shown)).toBe('quit');
  expect(pressed(after(['/']), 'q', shown)).toMatchObject({ containers: { filter: 'q' } });
  expect(pressed(after(['/']), 'interrupt', shown)).toBe('interrupt');
});

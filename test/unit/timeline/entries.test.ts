import { describe, expect, test } from 'vitest';
import { type EngineEvent, parseEngineEvent } from '../../../src/engine/following/engine-event.ts';
import { cutEntries, type SeenCut } from '../../../src/timeline/cut-entries.ts';
import { entryPrinter, entryRecord } from '../../../src/timeline/entry-text.ts';
import { containerOf, eventEntry, exitWords, isFrequent } from '../../../src/timeline/event-entry.ts';
import { journalMessage } from '../../../src/timeline/journal-message.ts';
import { isChosen } from '../../../src/timeline/members.ts';
import type { TimelineEntry } from '../../../src/timeline/timeline-entry.ts';
import { usageWatcher, type SampledUse } from '../../../src/timeline/usage-entries.ts';

const event = (over: Partial<EngineEvent> = {}): EngineEvent => ({
  type: 'container',
  action: 'start',
  id: 'abc',
  attributes: { name: 'web', image: 'busybox' },
  at: 5,
  nanoseconds: 5_000_000n,
  line: '',
  ...over,
});

describe('events', () => {
  test.each([
    ['die', { exitCode: '0' }, 'died: exit code 0, it ended by itself'],
    ['die', { exitCode: '137' }, 'died: exit code 137, ended by signal 9 (KILL)'],
    ['die', { exitCode: '3' }, 'died: exit code 3'],
    ['kill', { signal: '15' }, 'was sent signal 15 (TERM)'],
    ['rename', { oldName: '/old' }, 'was renamed from old'],
    ['health_status: unhealthy', {}, 'is unhealthy'],
    ['create', {}, 'created from busybox'],
    ['something new', {}, 'something new'],
  ])('%s %j: %s', (action, more, text) => {
    const entry = eventEntry(event({ action, attributes: { name: 'web', image: 'busybox', ...more } }));
    expect(entry).toMatchObject({ at: 5, kind: 'event', container: { id: 'abc', name: 'web' }, text });
  });

  test("the engine's oom is of that kind; numbers are numbers", () => {
    expect(eventEntry(event({ action: 'oom' })).kind).toBe('oom');
    expect(eventEntry(event({ action: 'die', attributes: { exitCode: '7' } })).details['exitCode']).toBe(7);
  });

  test('a network or a volume with a container is of that container', () => {
    const attributes = { container: 'c'.repeat(64), name: 'lan' };
    const connect = event({ type: 'network', action: 'connect', id: 'n', attributes });
    expect(containerOf(connect)).toEqual({ id: attributes.container, name: 'c'.repeat(12) });
    expect(eventEntry(connect).text).toBe('joined network lan');
    expect(containerOf(event({ type: 'image', action: 'pull', id: 'busybox' }))).toBeUndefined();
    expect(eventEntry(event({ type: 'image', action: 'pull', id: 'x', attributes: {} })).text).toBe('image pull x');
  });

  test.each([
    ['exec_create: sh', true],
    ['exec_die', true],
    ['top', true],
    ['die', false],
    ['stop', false],
  ])('%s is frequent: %s', (action, is) => expect(isFrequent(event({ action }))).toBe(is));

  test.each([
    [undefined, 'exit code unknown'],
    ['x', 'exit code unknown'],
    ['127', 'exit code 127, its program was not found'],
    ['255', 'exit code 255'],
  ])('exit code %s', (code, words) => expect(exitWords(code)).toBe(words));

  test('a line of the engine: its time is exact; what is no event is none', () => {
    const line =
      '{"Type":"container","Action":"die","Actor":{"ID":"a","Attributes":{"name":"\\"timeNano\\":1}","exitCode":"0"}},"time":1795996785,"timeNano":1795996785373529497}';
    expect(parseEngineEvent(line)).toMatchObject({ nanoseconds: 1795996785373529497n, id: 'a', action: 'die' });
    expect(parseEngineEvent('{"Type":"x","Action":"y","time":3}')).toMatchObject({ at: 3000, attributes: {} });
    for (const wrong of ['', '[]', '{', '{}', '{"Type":1,"Action":"x"}', 'null'])
      expect(parseEngineEvent(wrong)).toBeUndefined();
  });
});

describe('use', () => {
  const row = (over: Partial<SampledUse>): SampledUse => ({
    id: 'a',
    name: 'web',
    memory: undefined,
    cpu: undefined,
    ...over,
  });
  const throttled = (throttledPercent: number) => row({ cpu: { throttledPercent, limitCpus: 0.5 } });

  test('kills are told when the kernel counts more', () => {
    const watch = usageWatcher();
    expect(watch([row({ memory: { oomKills: 3, newOomKills: 0 } })], 1)).toEqual([]);
    expect(watch([row({ memory: { oomKills: 5, newOomKills: 2 } })], 2)).toMatchObject([
      {
        at: 2,
        kind: 'oom',
        text: 'out of memory: the kernel killed 2 processes (5 in this run)',
        details: { kills: 2 },
      },
    ]);
  });

  test('throttling is told when it begins and when it is over, not in between', () => {
    const watch = usageWatcher();
    const kinds = [0, 80, 90, 0, 50, 0, 1, 0, 0, 9, 10].map((percent, at) => watch([throttled(percent)], at * 1000));
    expect(kinds.map(([entry]) => entry?.details['isThrottled'])).toEqual([
      undefined,
      true,
      ...Array<undefined>(5).fill(undefined),
      false,
      undefined,
      undefined,
      true,
    ]);
    expect(kinds[1]![0]!.text).toBe(
      'throttled: it waits for its CPU quota in 80 % of the periods, its limit is 0.5 CPUs',
    );
    expect(kinds[7]![0]!.text).toBe('throttled no more, after 6 s');
  });

  test('a container that has gone is forgotten', () => {
    const watch = usageWatcher();
    watch([throttled(80)], 1);
    watch([], 2);
    expect(watch([throttled(80)], 3)).toHaveLength(1);
  });
});

describe('cuts', () => {
  const cut = (over: Partial<SeenCut> = {}): SeenCut => ({
    key: '1',
    what: 'down',
    by: 'ann',
    since: 1,
    until: 0,
    whose: 'web/eth0',
    device: 'veth1',
    isInForce: true,
    ...over,
  });
  const states = (former: SeenCut[] | undefined, now: SeenCut[], devices = ['veth1']) =>
    cutEntries(former, now, new Set(devices), 9, (whose) => ({ id: 'i', name: whose.split('/')[0]! })).map(
      ({ details }) => details['state'],
    );

  test.each([
    ['there at first', undefined, [cut()], ['found']],
    ['made', [], [cut()], ['made']],
    ['the same', [cut()], [cut()], []],
    ['other impairments', [cut()], [cut({ what: 'loss:30%' })], ['changed']],
    ['flushed', [cut()], [cut({ isInForce: false })], ['not in force']],
    ['there again', [cut({ isInForce: false })], [cut()], ['in force again']],
    ['undone', [cut()], [], ['undone']],
  ])('%s', (_, former, now, wanted) => expect(states(former, now)).toEqual(wanted));

  test('with its device', () => expect(states([cut()], [], ['other'])).toEqual(['gone']));
  test('in words', () =>
    expect(cutEntries([], [cut({ until: 1795996785 })], new Set(), 9, () => undefined)[0]!.text).toBe(
      'was cut: eth0 down, by ann, until 2026-11-29T23:59:45Z',
    ));
});

describe('text', () => {
  const at = new Date(2026, 0, 2, 3, 4, 5, 67).getTime();
  const log = (over: Partial<TimelineEntry> = {}): TimelineEntry => ({
    at,
    kind: 'log',
    container: { id: 'a', name: 'web' },
    stream: 'stdout',
    text: 'hi',
    details: {},
    ...over,
  });

  test('time, name, stream, text; escaped', () => {
    const print = entryPrinter({ isColoured: false, today: at });
    expect(print(log())).toBe('03:04:05.067  web       out       hi\n');
    expect(print(log({ stream: 'stderr', text: '\u001b[2J\ta' }))).toBe(
      '03:04:05.067  web       err       \\e[2J\ta\n',
    );
    expect(print(log({ kind: 'engine', container: undefined }))).toBe('03:04:05.067  -         engine    hi\n');
    expect(print(log({ container: { id: 'b', name: 'much-longer-name' } }))).toContain('much-longer-name  out');
    expect(print(log())).toContain('web               out');
  });

  test('another day has its date; colours by container', () => {
    const plain = entryPrinter({ isColoured: false, today: at });
    expect(plain(log({ at: at - 86_400_000 }))).toMatch(/^2026-01-01 03:04:05\.067 /);
    const coloured = entryPrinter({ isColoured: true, today: at });
    const one = coloured(log());
    expect(one).toContain('\u001b[36mweb     \u001b[0m');
    expect(coloured(log({ container: { id: 'b', name: 'db' } }))).toContain('\u001b[32mdb');
    expect(coloured(log())).toBe(one);
    expect(coloured(log({ stream: 'stderr' }))).toContain('\u001b[31merr');
  });

  test('for programs', () =>
    expect(entryRecord(log())).toEqual({
      at,
      time: new Date(at).toISOString(),
      kind: 'log',
      container: 'web',
      id: 'a',
      stream: 'stdout',
      text: 'hi',
      details: {},
    }));
});

describe('choice', () => {
  const web = {
    id: 'a',
    name: 'web',
    labels: { tier: 'front', 'com.docker.compose.project': 'shop' },
    networks: ['lan'],
  };
  test.each([
    [{}, true],
    [{ ids: ['a'] }, true],
    [{ ids: ['b'], names: ['web'] }, true],
    [{ names: ['db'] }, false],
    [{ project: 'shop', network: 'lan', label: ['tier', 'tier=front'] }, true],
    [{ label: ['tier=back'] }, false],
    [{ label: ['toString'] }, false],
    [{ network: 'wan' }, false],
    [{ project: 'other' }, false],
  ])('%j: %s', (choice, is) => expect(isChosen(web, choice)).toBe(is));
});

describe('journal', () => {
  const line = (fields: object) =>
    JSON.stringify({ __REALTIME_TIMESTAMP: '1795996785373529', MESSAGE: 'hi', ...fields });
  test.each([
    [line({ PRIORITY: '6' }), 'stdout', 'hi\n'],
    [line({ PRIORITY: '3' }), 'stderr', 'hi\n'],
    [line({ CONTAINER_PARTIAL_MESSAGE: 'true' }), 'stdout', 'hi'],
    [line({ MESSAGE: [255, 104] }), 'stdout', '\ufffdh\n'],
  ])('%s', (text, stream, data) => {
    const message = journalMessage(text)!;
    expect([message.stream, message.at, message.data.toString()]).toEqual([stream, 1795996785373.529, data]);
  });
  test.each(['', '{', 'null', '{}', line({ MESSAGE: null }), line({ MESSAGE: ['x'] })])('no message: %s', (text) =>
    expect(journalMessage(text)).toBeUndefined(),
  );
});

import { describe, expect, test, vi, beforeEach, afterEach } from 'vitest';
import { parseDockerTime } from '../../../../src/engine/following/docker-time.ts';
import { followEvents } from '../../../../src/engine/following/follow-events.ts';
import { followLog, type LogWish } from '../../../../src/engine/following/follow-log.ts';
import { seenLately } from '../../../../src/engine/following/seen-lately.ts';
import type { Hearing, Query } from '../../../../src/engine/ways/way.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** An engine that a test answers by hand. */
function byHand() {
  const asked: { query: Query; hearing: Hearing; stopped: boolean }[] = [];
  const ask = (query: Query, hearing: Hearing) => {
    const one = { query, hearing, stopped: false };
    asked.push(one);
    return () => void (one.stopped = true);
  };
  return { asked, events: ask, log: (_: string, query: Query, hearing: Hearing) => ask(query, hearing) };
}

const LATER_MS = 5_000;

describe('what was seen lately', () => {
  test('is told once more only as often as it was not told', () => {
    const seen = seenLately(20);
    expect(seen.resume()).toBeUndefined();
    for (const [key, at] of [
      ['old', 0],
      ['a', 100],
      ['a', 100],
      ['b', 110],
    ] as const)
      seen.add(key, at);
    const { since, isRepeated } = seen.resume()!;
    expect(since).toBe(90);
    expect(['a', 'a', 'a', 'b', 'c'].map(isRepeated)).toEqual([true, true, false, true, false]);
    // A second resumption begins anew.
    expect(seen.resume()!.isRepeated('a')).toBe(true);
  });
  test('nothing within the last moment is forgotten, and much is', () => {
    const seen = seenLately(20);
    for (let at = 0; at < 1000; at++) seen.add(`k${at}`, at);
    const { since, isRepeated } = seen.resume()!;
    for (let at = since; at < 1000; at++) expect(isRepeated(`k${at}`)).toBe(true);
    expect(isRepeated('k900')).toBe(false);
  });
});

describe('events', () => {
  const line = (nano: number, action = 'die') =>
    Buffer.from(`{"Type":"container","Action":"${action}","Actor":{"ID":"a"},"timeNano":${nano}}\n`);
  function following(wish: Parameters<typeof followEvents>[1] = {}) {
    const engine = byHand();
    const heard: string[] = [];
    const stop = followEvents(
      engine,
      wish,
      {
        event: ({ action, at }) => heard.push(`${action} ${at}`),
        lost: (why) => heard.push(`lost: ${why}`),
        back: () => heard.push('back'),
        ended: () => heard.push('ended'),
        refused: (sentence) => heard.push(`refused: ${sentence}`),
      },
      () => 10_000,
    );
    return { ...engine, heard, stop };
  }

  test('a stream that breaks off is asked for again since a moment before; nothing comes twice', () => {
    const { asked, heard, stop } = following({ filters: { type: ['container'] } });
    expect(asked[0]!.query).toEqual({ filters: '{"type":["container"]}' });
    asked[0]!.hearing.status(200);
    asked[0]!.hearing.data(line(5_000_000_000));
    asked[0]!.hearing.end();
    vi.advanceTimersByTime(LATER_MS);
    expect(asked[1]!.query['since']).toBe('4.900000000');
    asked[1]!.hearing.end(new Error('refused'));
    vi.advanceTimersByTime(LATER_MS);
    asked[2]!.hearing.status(200);
    asked[2]!.hearing.data(line(5_000_000_000));
    asked[2]!.hearing.data(line(6_000_000_000, 'start'));
    expect(heard).toEqual(['die 5000', 'lost: it does not answer any more', 'back', 'start 6000']);
    stop();
    expect(asked[2]!.stopped).toBe(true);
  });

  test('one that breaks off before any event is asked for since it was first asked', () => {
    const { asked } = following();
    asked[0]!.hearing.status(200);
    asked[0]!.hearing.end();
    vi.advanceTimersByTime(LATER_MS);
    expect(asked[1]!.query['since']).toBe('9.900000000');
  });

  test('a refusal at first, and the wished end', () => {
    const refused = following();
    refused.asked[0]!.hearing.status(403);
    refused.asked[0]!.hearing.data(Buffer.from('{"message":"not you"}'));
    refused.asked[0]!.hearing.end();
    expect(refused.heard).toEqual(['refused: not you']);
    const ended = following({ until: '9' });
    ended.asked[0]!.hearing.status(200);
    ended.asked[0]!.hearing.end();
    expect(ended.heard).toEqual(['ended']);
  });
});

describe('a log', () => {
  const line = (second: number, text: string) => {
    const data = Buffer.from(`2026-01-01T00:00:${String(second).padStart(2, '0')}.000000000Z ${text}\n`);
    const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
    header.writeUInt32BE(data.length, 4);
    return Buffer.concat([header, data]);
  };
  const secondOf = (second: number) => String(Date.parse('2026-01-01T00:00:00Z') / 1000 + second);
  function following(wish: Partial<LogWish>, isRunning = true, stillRuns = true) {
    const engine = byHand();
    const heard: string[] = [];
    const log = followLog(
      engine,
      { id: 'a', isRunning },
      { isFollowed: true, ...wish },
      {
        message: ({ data }) => heard.push(String(data).trim()),
        caughtUp: () => heard.push('(caught up)'),
        ended: () => heard.push('(ended)'),
        broken: () => heard.push('(broken)'),
        back: () => heard.push('(back)'),
        failed: (sentence, status) => heard.push(`(failed: ${sentence}, ${status})`),
        stillRuns: async () => stillRuns,
      },
    );
    const answer = (at: number, ...pieces: Buffer[]) => {
      engine.asked[at]!.hearing.status(200);
      pieces.forEach((piece) => engine.asked[at]!.hearing.data(piece));
    };
    return { ...engine, heard, log, answer };
  }

  test('from now on: the newest line is asked for, and what comes after it told', () => {
    const { asked, heard, answer } = following({ tail: 0 });
    expect(asked[0]!.query).toMatchObject({ tail: '1' });
    expect(asked[0]!.query).not.toHaveProperty('follow');
    answer(0, line(3, 'old'));
    asked[0]!.hearing.end();
    expect(asked[1]!.query).toMatchObject({ follow: '1', since: `${secondOf(3)}.000000000` });
    answer(1, line(3, 'old'), line(4, 'new'));
    expect(heard).toEqual(['(caught up)', 'new']);
  });

  test('with a history: caught up at the line that was the newest at first', () => {
    const { asked, heard, answer } = following({ tail: 5 });
    answer(0, line(2, 'b'));
    asked[0]!.hearing.end();
    answer(1, line(1, 'a'), line(2, 'b'), line(3, 'c'));
    expect(heard).toEqual(['a', 'b', '(caught up)', 'c']);
  });

  test('broken off and resumed: nothing is lost or told twice', async () => {
    const { asked, heard, answer } = following({});
    answer(0, line(1, 'a'), line(1, 'a'), line(2, 'b'));
    asked[0]!.hearing.end(new Error('reset'));
    await vi.advanceTimersByTimeAsync(LATER_MS);
    answer(1, line(2, 'b'), line(2, 'b'), line(3, 'c'));
    expect(heard.filter((each) => each !== '(caught up)')).toEqual(['a', 'a', 'b', '(broken)', '(back)', 'b', 'c']);
  });

  test('the end of a run: once more for what is left, then rest until the next start', async () => {
    const { asked, heard, log, answer } = following({});
    answer(0, line(1, 'a'));
    log.died();
    asked[0]!.hearing.end();
    await vi.advanceTimersByTimeAsync(LATER_MS);
    answer(1, line(1, 'a'), line(1, 'last'));
    asked[1]!.hearing.end();
    expect(heard.filter((each) => each !== '(caught up)')).toEqual(['a', 'last', '(ended)']);
    await vi.advanceTimersByTimeAsync(10 * LATER_MS);
    expect(asked).toHaveLength(2);
    log.started();
    expect(asked).toHaveLength(3);
    log.stop();
    expect(asked[2]!.stopped).toBe(true);
  });

  test('an end of which nobody has told is asked about', async () => {
    const { asked, heard, answer } = following({}, true, false);
    answer(0);
    asked[0]!.hearing.end();
    await vi.advanceTimersByTimeAsync(LATER_MS);
    answer(1);
    asked[1]!.hearing.end();
    expect(heard).toEqual(['(caught up)', '(ended)']);
  });

  test('a driver that only writes', () => {
    const { asked, heard } = following({ isFollowed: false });
    asked[0]!.hearing.status(501);
    asked[0]!.hearing.data(Buffer.from('{"message":"does not support reading"}'));
    asked[0]!.hearing.end();
    expect(heard).toContain('(failed: does not support reading, 501)');
  });
});

describe("docker's times", () => {
  const now = Date.parse('2026-01-02T00:00:00Z');
  test.each([
    ['10m', now - 600_000],
    ['1h30m', now - 5_400_000],
    ['1.5s', now - 1_500],
    ['0s', now],
    ['0', now],
    ['-10m', now + 600_000],
    ['2026-01-01T10:00:00Z', Date.parse('2026-01-01T10:00:00Z')],
    ['2026-01-01T10:00:00+02:00', Date.parse('2026-01-01T08:00:00Z')],
    ['2026-01-01T10:00', new Date(2026, 0, 1, 10).getTime()],
    ['2026-01-01', new Date(2026, 0, 1).getTime()],
  ])('%s', (text, at) => expect(parseDockerTime(text, now)?.at).toBeCloseTo(at, 3));
  test('nanoseconds are kept', () => {
    expect(parseDockerTime('1136073600.000000001', now)?.seconds).toBe('1136073600.000000001');
    expect(parseDockerTime('2026-01-01T10:00:00.123456789Z', now)?.seconds).toBe('1767261600.123456789');
  });
  test.each(
    ['', 'yesterday', '10', '10x', '2026-13-01', '2026-01-01T', '1e9', '5m3', '10m '].filter((text) => text !== '10'),
  )('no time: %j', (text) => expect(parseDockerTime(text, now)).toBeUndefined());
});

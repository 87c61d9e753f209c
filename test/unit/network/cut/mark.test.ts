import { describe, expect, test } from 'vitest';
import { foreignAlias, formatMark, parseMark, type Mark } from '../../../../src/network/cut/mark.ts';

const mark = (over: Partial<Mark> = {}): Mark => ({
  id: '0123abcd',
  what: 'loss:30%,in',
  by: 'ann',
  since: 1_767_225_780,
  until: 1_767_225_810,
  whose: 'web/eth0',
  foreign: '',
  ...over,
});

test('as text', () => {
  expect(formatMark(mark())).toBe('dbg cut 0123abcd loss:30%,in ann 1767225780 1767225810 web/eth0');
  expect(formatMark(mark({ what: 'down', until: 0, foreign: 'uplink of Ann' }))).toBe(
    'dbg cut 0123abcd down ann 1767225780 0 web/eth0 | uplink of Ann',
  );
});

test.each<[string, Partial<Mark>]>([
  ['nothing special', {}],
  ['it stays', { until: 0 }],
  ['an alias that was there', { foreign: 'uplink of Ann' }],
  ['one with bars and blanks at its ends', { foreign: ' a | b | c ' }],
  ['one that is not ASCII', { foreign: 'Büro ±5 🦊' }],
  ['one of two lines', { foreign: 'a\nb' }],
])('there and back: %s', (_, over) => {
  const text = formatMark(mark(over))!;
  expect(parseMark(text)).toEqual(mark(over));
  expect(foreignAlias(text)).toBe(over.foreign ?? '');
});

describe('what would end a word becomes another character', () => {
  test.each<[string, Partial<Mark>, Partial<Mark>]>([
    ['blanks', { by: 'ann b', whose: 'web/my eth' }, { by: 'ann?b', whose: 'web/my?eth' }],
    ['bars', { by: '|', whose: 'web/a | b' }, { by: '?', whose: 'web/a???b' }],
    ['controls', { whose: 'web/a\u001b[2J\n' }, { whose: 'web/a?[2J?' }],
    ['beyond ASCII', { by: 'zoë', what: 'delay:100ms±20ms' }, { by: 'zo?', what: 'delay:100ms~20ms' }],
    ['nothing', { by: '', what: '' }, { by: '-', what: '-' }],
  ])('%s', (_, over, read) => expect(parseMark(formatMark(mark(over))!)).toEqual(mark(read)));
});

describe('255 bytes', () => {
  const LONG = 'x'.repeat(300);
  test.each<[string, Partial<Mark>]>([
    ['long', { what: LONG, by: LONG, whose: LONG }],
    ['long, and an alias that was there', { what: LONG, by: LONG, whose: LONG, foreign: 'ü'.repeat(60) }],
    ['a long list of peers', { what: LONG }],
    ['long, of many bytes', { what: '±'.repeat(300), by: '🦊'.repeat(300), whose: 'ü'.repeat(300) }],
  ])('%s', (_, over) => {
    const text = formatMark(mark(over))!;
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(255);
    expect(parseMark(text)).toMatchObject({ id: '0123abcd', foreign: over.foreign ?? '' });
  });

  test('what is left out is said', () =>
    expect(parseMark(formatMark(mark({ by: LONG, whose: LONG }))!)).toMatchObject({
      by: `${'x'.repeat(31)}+`,
      whose: `${'x'.repeat(79)}+`,
    }));

  test('beside any alias it is whole, or it is none', () => {
    const texts = Array.from({ length: 256 }, (_, length) => {
      const foreign = 'f'.repeat(length);
      return [foreign, formatMark(mark({ what: LONG, whose: LONG, foreign }))] as const;
    });
    for (const [foreign, text] of texts.filter((each) => each[1] !== undefined)) {
      expect(Buffer.byteLength(text!)).toBeLessThanOrEqual(255);
      expect(foreignAlias(text!)).toBe(foreign);
    }
    expect(texts.findIndex(([, text]) => text === undefined)).toBeGreaterThan(150);
    expect(texts.slice(200).every(([, text]) => text === undefined)).toBe(true);
  });

  test('bytes count, not characters', () => {
    expect(formatMark(mark({ foreign: 'u'.repeat(120) }))).toBeDefined();
    expect(formatMark(mark({ foreign: 'ü'.repeat(120) }))).toBeUndefined();
  });
});

test.each([
  '',
  'uplink of Ann',
  'dbg cut',
  'dbg cut 0123ABCD down ann 1 0 web/eth0',
  'dbg cut 0123abc down ann 1 0 web/eth0',
  'dbg cut 0123abcd down ann now 0 web/eth0',
  'dbg cut 0123abcd down ann 1 0',
  'dbg cut 0123abcd down ann 1 0 web/eth0 and more',
  'see: dbg cut 0123abcd down ann 1 0 web/eth0',
])('"%s" is no mark of dbg\'s', (alias) => {
  expect(parseMark(alias)).toBeUndefined();
  expect(foreignAlias(alias)).toBe(alias);
});

import { describe, expect, test } from 'vitest';
import { DbgError } from '../../../../src/errors.ts';
import {
  parseDelay,
  parseFor,
  parseLoss,
  parseRate,
  impairmentsText,
  type Impairments,
} from '../../../../src/network/cut/ways.ts';
import { ways } from './fixtures.ts';

test.each([
  ['30%', 0.3],
  ['0.5%', 0.005],
  ['100%', 1],
])('--loss %s', (text, share) => expect(parseLoss(text)).toBe(share));

test.each([
  ['1mbit', 125_000],
  ['500kbit', 62_500],
  ['1.5Mbit', 187_500],
  ['1Kibit', 128],
  ['64kbps', 64_000],
  ['1gibps', 2 ** 30],
  ['800bit', 100],
])('--rate %s', (text, bytes) => expect(parseRate(text)).toBe(bytes));

test.each([
  ['100ms', 100, 0],
  ['1.5s', 1500, 0],
  ['100ms±20ms', 100, 20],
  ['100ms+-20ms', 100, 20],
  ['1s +/- 500us', 1000, 0.5],
])('--delay %s', (text, milliseconds, jitter) => expect(parseDelay(text)).toEqual({ milliseconds, jitter }));

test.each([
  ['30', 30_000],
  ['30s', 30_000],
  ['0.1', 100],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
])('--for %s', (text, time) => expect(parseFor(text)).toBe(time));

const refused: [string, (text: string) => unknown, string[]][] = [
  ['--loss', parseLoss, ['', '30', '%', '0%', '101%', '-5%', '30 %', '.5%', '1e1%', '0x10%']],
  ['--rate', parseRate, ['', '1', 'mbit', '0mbit', '1bit', '-1mbit', '1tbit', '1m', '1 mbit', '9999999gbps']],
  ['--delay', parseDelay, ['', '100', '0ms', '-1ms', '±20ms', '100ms±', '100ms±20', '100ms 20ms', '1w']],
  ['--for', parseFor, ['', '0', '99ms', '8d', '-1', '1e3', 's', '1 s', '30sec']],
];
test.each(refused.flatMap(([option, parse, texts]) => texts.map((text) => [option, text, parse] as const)))(
  '%s "%s" is wrong usage, and said so',
  (option, text, parse) => {
    const thrown = expect.objectContaining({
      exitCode: 2,
      message: expect.stringMatching(new RegExp(`^${option} takes .*, not "`)) as string,
    }) as DbgError;
    expect(() => parse(text)).toThrow(thrown);
    expect(() => parse(text)).toThrow(`not "${text}"`);
    expect(() => parse(text)).toThrow(DbgError);
  },
);

describe('in a few words', () => {
  const db = { name: 'db', addresses: ['10.0.0.2'], port: 5432, protocol: 'tcp' } as const;
  test.each<[string, Partial<Impairments>]>([
    ['', {}],
    ['down', { down: true }],
    ['blackhole', { blackhole: true }],
    ['blackhole,out', { blackhole: true, direction: 'out' }],
    ['drop:db:5432/tcp', { drop: [db] }],
    [
      'drop:db,drop:10.0.0.0/8:53/udp',
      {
        drop: [
          { ...db, port: undefined },
          { ...db, name: '10.0.0.0/8', port: 53, protocol: 'udp' },
        ],
      },
    ],
    ['loss:30%', { loss: 0.3 }],
    ['loss:0.07%', { loss: 0.0007 }],
    ['rate:1000000bit', { rate: 125_000 }],
    ['delay:100ms', { delay: { milliseconds: 100, jitter: 0 } }],
    ['delay:100ms±20ms', { delay: { milliseconds: 100, jitter: 20 } }],
    ['drop:db:5432/tcp,loss:30%,in', { drop: [db], loss: 0.3, direction: 'in' }],
  ])('%s', (text, over) => expect(impairmentsText(ways(over))).toBe(text));
});

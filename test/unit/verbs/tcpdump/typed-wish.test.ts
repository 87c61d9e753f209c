import { describe, expect, test } from 'vitest';
import type { TcpdumpOptions } from '../../../../src/verbs/tcpdump/tcpdump-options.ts';
import { captureWish } from '../../../../src/verbs/tcpdump/typed-wish.ts';

const words = (line: string) => line.split(' ').filter(Boolean);

describe("tcpdump's business alone", () => {
  test.each([
    ['web', 'port 80', { envFromContainer: 'TZ' }],
    ['web', '-C 1 -w x', {}],
    ['web', '-G 60 -w x', {}],
    ['web', '-r x', {}],
    ['web', '--print -w x', {}],
    ['web', '--version', {}],
  ] as const)('%s %s', (ref, args, options) =>
    expect(captureWish(ref, words(args), options as TcpdumpOptions)).toBeUndefined(),
  );
});

describe("dbg's", () => {
  test.each([
    ['web', 'port 80', {}, { path: undefined, refs: ['web'] }],
    [undefined, '', {}, { path: undefined, refs: [] }],
    ['web', '-w x', {}, { path: 'x', isPcapng: false, refs: ['web'] }],
    ['web', '-nnwx', {}, { path: 'x' }],
    ['web', '-w -', {}, { path: '-', isPcapng: false }],
    ['web', '-w x.pcapng', {}, { isPcapng: true }],
    ['web,db', '-w x.pcap port 80', {}, { isPcapng: true, refs: ['web', 'db'] }],
    ['web,db', '-w -', {}, { path: '-', isPcapng: true }],
    ['web,db', '-c 5', {}, { path: undefined, count: 5 }],
    [undefined, '-w x', { project: 'shop' }, { isPcapng: true, refs: [] }],
    ['web', '', { for: '1m' }, { forMs: 60_000 }],
    ['web', '-w x', { ring: '3x2M', maxSize: '1GiB' }, { ring: { files: 3, size: 2e6 }, maxSize: 2 ** 30 }],
    [
      'web',
      '-w x',
      { stopOn: ['die', 'log:a.b'], after: '5s' },
      { stopOn: [{ kind: 'die' }, { kind: 'log', pattern: /a.b/ }], afterMs: 5000 },
    ],
    ['web', '-w x', { fromStart: true }, { isPcapng: true }],
  ] as const)('%s %s %j', (ref, args, options, expected) =>
    expect(captureWish(ref, words(args), options as TcpdumpOptions)).toMatchObject(expected),
  );
});

describe('wrong usage', () => {
  test.each([
    ['-C 1 -w x', { for: '1s' }, '-C leaves the capture to tcpdump alone'],
    ['', { ring: '2x1M' }, 'need a file'],
    ['-w -', { ring: '2x1M' }, '--ring needs files'],
    ['-w x', { ring: '0x1M' }, '--ring takes'],
    ['-w x', { ring: '2x1k' }, '--ring takes'],
    ['-w x', { maxSize: 'much' }, '--max-size takes a size'],
    ['-w x', { for: '-1' }, '--for takes a time'],
    ['-w x', { after: '1s' }, '--after needs --stop-on'],
    ['-w x', { stopOn: ['log:('] }, 'no regular expression'],
    ['-w x', { stopOn: ['dying'] }, '--stop-on takes'],
    ['', { fromStart: true }, 'need a file'],
    ['-w x -c none', {}, '-c takes a number of packets'],
    ['-w x -c 0', {}, '-c takes a number of packets'],
    ['', { json: true }, '--json needs --where: it prints its table as JSON'],
    ['', { minFree: '1G' }, '--min-free is for a file'],
    ['-w x -C 1', { minFree: '1G' }, '--min-free is for a file'],
  ] as const)('%s %j', (args, options, message) =>
    expect(() => captureWish('web', words(args), options as TcpdumpOptions)).toThrow(message),
  );
});

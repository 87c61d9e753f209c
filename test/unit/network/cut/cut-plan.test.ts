import { describe, expect, test } from 'vitest';
import type { DbgError } from '../../../../src/errors.ts';
import {
  cutArgv,
  cutCommands,
  planCuts,
  undoArgv,
  undoCommands,
  type CutWish,
} from '../../../../src/network/cut/cut-plan.ts';
import CUT_SCRIPT from '../../../../src/network/cut/cut.sh';
import UNDO_SCRIPT from '../../../../src/network/cut/undo.sh';
import type { Cuttable } from '../../../../src/network/cut/selection.ts';
import type { Impairments } from '../../../../src/network/cut/ways.ts';
import { HOST_NETNS } from '../../../../src/network/netns-path.ts';
import { fakeHost, ID, link } from '../../fakes.ts';
import { atOwn, atPeer, ways } from './fixtures.ts';

const wish = (over: Partial<Impairments>, milliseconds?: number): CutWish => ({
  ways: ways(over),
  milliseconds,
  by: 'ann',
  now: 1_767_225_780_500,
  id: '0123abcd',
});
/** The one cut of a wish that needs no other. */
const planCut = (each: Cuttable, wished: CutWish) => {
  const [cut, ...others] = planCuts(each, atOwn().at, wished);
  expect(others).toEqual([]);
  return cut!;
};
const error = (over: Partial<DbgError>) => expect.objectContaining(over) as DbgError;
const delay = { milliseconds: 100, jitter: 0 };
const ELSEWHERE = { path: '/run/docker/netns/1-abc', netns: 9 };
const MARKED = 'dbg cut aaaaaaaa down bob 1 0 web/eth0';

describe('a plan', () => {
  test('down, at the other end', () =>
    expect(planCut(atPeer(), wish({ down: true }))).toMatchObject({
      down: true,
      ruleset: undefined,
      qdisc: [],
      alias: 'dbg cut 0123abcd down ann 1767225780 0 web/eth0',
    }));

  test("down, at the container's own end: its routes stay, its frames are dropped", () => {
    const cut = planCut(atOwn(), wish({ down: true }));
    expect(cut).toMatchObject({ down: false, mark: { what: 'blackhole' } });
    expect(cut.ruleset).toContain('device "@" priority -500;\noif != 2 accept\ncounter drop');
  });

  test('for a time: until the second in which it is over', () =>
    expect(planCut(atPeer(), wish({ loss: 0.3 }, 1600)).mark).toMatchObject({
      since: 1_767_225_780,
      until: 1_767_225_783,
    }));

  test.each([
    ['an alias that was there', 'uplink', 'uplink'],
    ['a former cut', MARKED, ''],
    ['a former cut, and what was there before it', `${MARKED} | uplink`, 'uplink'],
  ])('what is kept of %s', (_, alias, foreign) => {
    const cut = planCut(atPeer({ alias }), wish({ down: true }));
    expect(cut.mark.foreign).toBe(foreign);
    expect(cut.alias.endsWith(foreign === '' ? ' web/eth0' : ` | ${foreign}`)).toBe(true);
  });

  test('no room beside the alias that is there', () =>
    expect(() => planCut(atPeer({ alias: 'x'.repeat(200) }), wish({ down: true }))).toThrow(
      error({
        message: "refused: the alias of veth102 is so long that dbg's mark does not fit beside it",
        next: [{ what: 'shorten it', command: "ip link set dev veth102 alias '…'" }],
      }),
    ));

  test.each(['e"; flush ruleset; "', 'a b', 'ethü', 'a\nb'])('nft cannot be told of a device "%s"', (name) => {
    expect(() => planCut(atOwn({ name }), wish({ loss: 0.3 }))).toThrow(
      'refused: nft cannot be told of a device with the name ',
    );
    expect(planCut(atPeer({ name }), wish({ down: true })).ruleset).toBeUndefined();
  });

  test.each(['veth0a1b2c3', 'br-0123', 'eth0.5', 'a@b', 'a:1'])('but of %s', (name) =>
    expect(planCut(atPeer({ name }), wish({ loss: 0.3 })).ruleset).toBeDefined(),
  );
});

describe('what holds frames back', () => {
  test.each([
    [0, ['netem', 'delay', '100ms']],
    [20, ['netem', 'delay', '100ms', '20ms']],
  ])('jitter %i', (jitter, words) =>
    expect(planCut(atPeer(), wish({ delay: { ...delay, jitter } })).qdisc).toEqual(words),
  );

  test('in the place of its own', () =>
    expect(planCut(atPeer({ qdisc: 'netem', alias: MARKED }), wish({ delay })).qdisc).toEqual([
      'netem',
      'delay',
      '100ms',
    ]));

  test('not in the place of anybody else’s', () =>
    expect(() => planCut(atPeer({ qdisc: 'fq_codel' }), wish({ delay }))).toThrow(
      error({
        message: "refused: veth102 has a queueing discipline already (fq_codel), which is not dbg's",
        next: [{ what: 'see it', command: 'tc qdisc show dev veth102' }],
      }),
    ));

  test("not at the container's own end", () =>
    expect(() => planCut(atOwn(), wish({ delay }))).toThrow(
      'refused: --delay of what the container receives needs a host device, and eth0 has none',
    ));

  test('a rate, at the end that sends: two cuts', () => {
    const [into, out, ...others] = planCuts(atPeer(), atOwn().at, wish({ rate: 125_000, loss: 0.3 }));
    expect(others).toEqual([]);
    expect([into!.interface.at.side, into!.mark.what]).toEqual(['peer', 'loss:30%,rate:1000000bit']);
    expect(into!.qdisc.join(' ')).toBe('tbf rate 1000000bit burst 16384b limit 81920b');
    expect([out!.interface.at.side, out!.mark.what, out!.ruleset]).toEqual(['own', 'rate:1000000bit,out', undefined]);
    expect(out!.qdisc).toEqual(into!.qdisc);
  });

  test.each<[Partial<Impairments>, string[]]>([
    [{ rate: 125_000, direction: 'in' }, ['peer rate:1000000bit,in']],
    [{ rate: 125_000, direction: 'out' }, ['own rate:1000000bit,out']],
    [{ rate: 125_000, loss: 0.5, direction: 'out' }, ['peer loss:50%,out', 'own rate:1000000bit,out']],
    [{ rate: 125_000, delay }, ['peer rate:1000000bit,delay:100ms', 'own rate:1000000bit,out']],
  ])('%j', (over, cuts) =>
    expect(
      planCuts(atPeer(), atOwn().at, wish(over)).map((cut) => `${cut.interface.at.side} ${cut.mark.what}`),
    ).toEqual(cuts),
  );

  test('one without a wire: what it sends', () => {
    expect(() => planCut(atOwn(), wish({ rate: 125_000 }))).toThrow('refused: --rate of what the container receives');
    expect(planCut(atOwn(), wish({ rate: 12_500_000, direction: 'out' })).qdisc.join(' ')).toBe(
      'tbf rate 100000000bit burst 125000b limit 750000b',
    );
  });
});

describe('the argv that makes a cut', () => {
  const argv = (each: ReturnType<typeof atPeer>, over: Partial<Impairments>, milliseconds?: number) =>
    cutArgv(fakeHost(), planCut(each, wish(over, milliseconds)));

  test('on the host', () => {
    const [sh, c, script, ...args] = argv(atPeer({ alias: 'uplink' }), { down: true }, 1500);
    expect([sh, c, script]).toEqual(['sh', '-c', CUT_SCRIPT]);
    expect(args).toEqual([
      'dbg-cut',
      '',
      '102',
      'uplink',
      '0123abcd',
      'veth102',
      '@if2',
      '5',
      '1234',
      '4242',
      ID,
      '150',
      'dbg cut 0123abcd down ann 1767225780 1767225782 web/eth0 | uplink',
      'down',
      '',
    ]);
  });

  test('elsewhere, in its namespace', () => {
    const each = atPeer();
    const there = argv({ ...each, at: { ...each.at, place: ELSEWHERE } }, { delay, loss: 0.3 });
    expect(there.slice(0, 5)).toEqual(['nsenter', '--net=/run/docker/netns/1-abc', '--', 'sh', '-c']);
    expect(there[7]).toBe('9');
    expect(there.at(-4)).toContain('table netdev dbg_102 {');
    expect(there.slice(-3)).toEqual(['netem', 'delay', '100ms']);
  });

  test('for one without a wire', () => {
    const own = argv(atOwn({ linkIndex: undefined, linkNetnsid: undefined }), { blackhole: true });
    expect(own.slice(0, 3)).toEqual(['nsenter', '--net=/proc/1234/ns/net', '--']);
    expect(own.slice(6, 14)).toEqual(['dbg-cut', '7', '2', '', '0123abcd', 'eth0', '', '']);
  });
});

test.each([
  [HOST_NETNS, false, [], '', ''],
  [ELSEWHERE, true, ['nsenter', '--net=/run/docker/netns/1-abc', '--'], '9', 'up'],
])('the argv that undoes: %j', (place, isUp, enter, netns, up) =>
  expect(undoArgv(fakeHost(), { device: link({ ifindex: 57, alias: `${MARKED} | uplink` }), place }, isUp)).toEqual([
    ...enter,
    'sh',
    '-c',
    UNDO_SCRIPT,
    'dbg-undo',
    netns,
    '57',
    'uplink',
    up,
  ]),
);

describe('what a dry run shows', () => {
  test('of a cut, in the order in which it is done', () => {
    const each = atPeer();
    const cut = planCut({ ...each, at: { ...each.at, place: ELSEWHERE } }, wish({ loss: 0.3, delay }));
    const enter = ['nsenter', '--net=/run/docker/netns/1-abc', '--'];
    expect(cutCommands(fakeHost(), cut)).toEqual([
      [...enter, 'ip', 'link', 'set', 'dev', 'veth102', 'alias', cut.alias],
      [...enter, 'nft', cut.ruleset!.replaceAll('@', 'veth102')],
      [...enter, ...'tc qdisc add dev veth102 root handle dbb: netem delay 100ms'.split(' ')],
    ]);
  });

  test('of a link set down', () =>
    expect(cutCommands(fakeHost(), planCut(atPeer(), wish({ down: true }))).at(-1)).toEqual(
      'ip link set dev veth102 down'.split(' '),
    ));

  test.each([
    ['nothing of dbg’s, and up', {}, false, []],
    ['nothing of dbg’s, and set up in any case', {}, true, ['ip link set dev eth0 up']],
    [
      'a link that dbg set down',
      { alias: MARKED, flags: [] },
      false,
      ['ip link set dev eth0 up', 'ip link set dev eth0 alias '],
    ],
    [
      'the alias that was there',
      { alias: `${MARKED} | uplink` },
      false,
      ['ip link set dev eth0 up', 'ip link set dev eth0 alias uplink'],
    ],
    [
      'frames that were dropped or held back, beside a link that somebody set down',
      { alias: MARKED.replace(' down ', ' loss:5%,delay:1ms,in '), flags: [], qdisc: 'netem' },
      false,
      ['nft delete table netdev dbg_2', 'tc qdisc del dev eth0 root handle dbb:', 'ip link set dev eth0 alias '],
    ],
  ])('of its undoing: %s', (_, over, isUp, commands) =>
    expect(
      undoCommands(fakeHost(), { device: link(over), place: HOST_NETNS }, isUp).map((argv) => argv.join(' ')),
    ).toEqual(commands),
  );
});

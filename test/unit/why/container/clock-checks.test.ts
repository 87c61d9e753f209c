import { expect, test } from 'vitest';
import type { ClockSeen } from '../../../../src/process/clock-of.ts';
import { CLOCK_CHECKS } from '../../../../src/why/container/clock-checks.ts';
import { found } from './given.ts';

const BERLIN = 'CET-1CEST,M3.5.0,M10.5.0/3';
const SAME: ClockSeen = { zone: undefined, rule: 'UTC0', hostRule: 'UTC0', faked: [] };

test.each<[string, Partial<ClockSeen>, string[]]>([
  ['the same', {}, []],
  ['the same by another name', { rule: 'GMT0' }, []],
  [
    'a zone that the image lacks',
    { zone: 'Europe/Berlin', rule: undefined },
    [
      'drift.zone-missing suspect: "web" has TZ=Europe/Berlin, but its image does not have that time zone: what asks the C library gets UTC',
    ],
  ],
  [
    'another zone',
    { hostRule: BERLIN },
    [`drift.zone note: "web" tells the time by UTC0, and this host by ${BERLIN}: times in their logs differ`],
  ],
  ['a host whose zone cannot be read', { hostRule: undefined }, []],
  [
    'another time',
    { faked: ['LD_PRELOAD=libfaketime.so.1', 'FAKETIME=-15d'] },
    ['drift.clock suspect: "web" is told another time than this host has, by libfaketime: FAKETIME=-15d'],
  ],
])('%s', (_, clock, expected) => expect(found(CLOCK_CHECKS, { clock: { ...SAME, ...clock } })).toEqual(expected));

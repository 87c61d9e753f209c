import { expect, test } from 'vitest';
import { comparableRule, ruleOfZoneFile } from '../../../src/proc/time-zone.ts';

test.each([
  ['UTC0', '0 -'],
  ['GMT-0', '0 -'],
  ['<+03>-3', '-3 -'],
  ['EST5EDT', '5 '],
  ['EST+05EDT', '5 '],
  ['CET-1CEST,M3.5.0,M10.5.0/3', '-1 ,M3.5.0,M10.5.0/3'],
  ['MEZ-1MESZ,M3.5.0,M10.5.0/3', '-1 ,M3.5.0,M10.5.0/3'],
  ['<-0330>3:30<-0230>,M3.2.0,M11.1.0', '3:30 ,M3.2.0,M11.1.0'],
  ['Europe/Berlin', undefined],
  ['Etc/GMT+3', undefined],
  ['UTC', undefined],
  ['', undefined],
])('%s', (text, expected) => expect(comparableRule(text)).toBe(expected));

const file = (rule: string) => Buffer.from(`TZif2\0\0\0\0\0\0UTC\0\n${rule}\n`, 'latin1');

test.each([
  ['of a zone', file('CET-1CEST,M3.5.0,M10.5.0/3'), 'CET-1CEST,M3.5.0,M10.5.0/3'],
  ['of version 1, which has no rule', Buffer.from('TZif\0\0\0\0UTC\0'), undefined],
  ['of a zone without a rule of its own', file(''), undefined],
  ['that is cut short', file('CET-1').subarray(0, -1), undefined],
  ['with something else', file('\u001b[31m'), undefined],
  ['of another kind', Buffer.from('#!/bin/sh\nUTC0\n'), undefined],
  ['that is empty', Buffer.alloc(0), undefined],
])('a file %s', (_, bytes, rule) => expect(ruleOfZoneFile(bytes)).toBe(rule));

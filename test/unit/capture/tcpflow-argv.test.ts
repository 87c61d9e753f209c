import { expect, test } from 'vitest';
import { asCapturingPerson } from '../../../src/capture/as-person.ts';
import { printsRawBytes, tcpflowArgv, tcpflowOptions } from '../../../src/capture/tcpflow-argv.ts';

const QUIET = ['-S', 'enable_report=NO', '-S', 'packet-buffer-timeout=1'];

test.each([
  [[], ['-i', 'any', ...QUIET, '-c']],
  [
    ['port', '80'],
    ['-i', 'any', ...QUIET, '-c', 'port', '80'],
  ],
  [
    ['-i', 'eth0', '-C'],
    [...QUIET, '-i', 'eth0', '-C'],
  ],
  [
    ['-o', 'streams'],
    ['-i', 'any', ...QUIET, '-o', 'streams'],
  ],
  [
    ['-X', 'r.xml', '-a'],
    ['-i', 'any', '-S', 'packet-buffer-timeout=1', '-X', 'r.xml', '-a'],
  ],
  [
    ['-r', 'web.pcap'],
    [...QUIET, '-c', '-r', 'web.pcap'],
  ],
])('%j', (args, argv) => expect(tcpflowArgv({ args, device: 'any' })).toEqual(['tcpflow', ...argv]));

test.each([
  [['-cBi', 'eth0'], 'Bci'],
  [['-ieth0'], 'i'],
  [['port', '80', '-o', 'x'], 'o'],
  [['-o', '-i'], 'o'],
  [['-oi'], 'o'],
  [['--', '-i', 'x'], ''],
  [['--relinquish-privileges', '-i'], 'U'],
  [['--relinq=ann', '-i', 'x'], 'Ui'],
  [['--verbose', '-s'], 's'],
  [['-'], ''],
])('the options in %j', (args, letters) => expect(tcpflowOptions(args)).toEqual(new Set(letters)));

test.each([
  [[], false],
  [['-B'], true],
  [['-CB'], true],
  [['-B', '-o', 'x'], false],
  [['-B', '-o', 'x', '-c'], true],
  [['-BD'], false],
  [['-B', '-J'], false],
])('%j prints raw bytes: %s', (args, raw) => expect(printsRawBytes(args)).toBe(raw));

test("a person's files are theirs", () =>
  expect(asCapturingPerson({ login: 'ann', gid: '4242' }, ['tcpflow', '-c'])).toEqual(
    'setpriv --reuid ann --regid 4242 --init-groups --inh-caps +net_raw --ambient-caps +net_raw -- tcpflow -c'.split(
      ' ',
    ),
  ));

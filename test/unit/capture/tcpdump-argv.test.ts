import { expect, test } from 'vitest';
import { has } from '../../../src/capture/getopt.ts';
import { parseArguments, ringKib, tapArgv, tcpdumpArgv } from '../../../src/capture/tcpdump-argv.ts';

const ALWAYS = ['-n', '-l', '-U', '--immediate-mode', '-B', '65536', '-s', '65600'];

test.each([
  [[], undefined, ['tcpdump', '-i', 'any', ...ALWAYS, '-Z', 'root']],
  [['port', '80'], 'ann', ['tcpdump', '-i', 'any', ...ALWAYS, '-Z', 'ann', 'port', '80']],
  [['-i', 'eth0', '-Z', 'bob'], 'ann', ['tcpdump', ...ALWAYS, '-i', 'eth0', '-Z', 'bob']],
])('%j for %s', (args, login, argv) => expect(tcpdumpArgv(args, { login })).toEqual(argv));

test.each([
  [['-i', 'eth0']],
  [['-ieth0']],
  [['-nnvi', 'eth0']],
  [['-c', '3', '-i', 'eth0']],
  [['port', '80', '-i', 'eth0']],
  [['--interface', 'eth0']],
  [['--interface=eth0']],
  [['--int=eth0']],
])('%j names an interface', (args) => expect(has(parseArguments(args), 'i')).toBe(true));

test.each([
  [['-w', '-i']],
  [['-wi']],
  [['-F', '-ieth0']],
  [['--', '-i']],
  [['--immediate-mode']],
  [['--direction', '-i']],
  [['-r', 'x', 'host', 'i']],
])('%j does not', (args) => expect(has(parseArguments(args), 'i')).toBe(false));

test("a buffer of the person's own", () =>
  expect(tcpdumpArgv(['-B', '9'], { login: undefined })).not.toContain('65536'));

test.each([
  [1, '', 65_536],
  [4, '', 65_536],
  [8, '', 32_768],
  [100, '', 8_192],
  [1, 'MemTotal: 1 kB\nMemAvailable:   262144 kB\n', 32_768],
  [3, 'MemAvailable:   262144 kB\n', 10_922],
  [1, 'MemAvailable:   100 kB\n', 8_192],
])('the ring of each of %i taps, of %j', (taps, meminfo, kib) => expect(ringKib(taps, meminfo)).toBe(kib));

test("a capture into a file keeps tcpdump's snap length, and the person's own values stay", () => {
  const style = { device: 'any', as: 'packets', isLive: false, isOne: true, ringKib: 65_536 } as const;
  expect(tapArgv([], style)).toEqual(['tcpdump', '-i', 'any', '-n', '-U', '-w', '-', '-B', '65536']);
  expect(tapArgv(parseArguments(['-B', '9', '-s', '128']), { ...style, isLive: true }).join(' ')).toMatch(
    /--immediate-mode -B 9 -s 128$/,
  );
});

test.each([[['-Z', 'root']], [['-nZroot']], [['--relinquish-privileges=root']]])('%j names a user', (args) =>
  expect(has(parseArguments(args), 'Z')).toBe(true),
);

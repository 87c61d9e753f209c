import { expect, test } from 'vitest';
import { has } from '../../../src/capture/getopt.ts';
import { parseArguments, tcpdumpArgv } from '../../../src/capture/tcpdump.ts';

const ALWAYS = ['-n', '-l', '-U', '--immediate-mode', '-B', '32768'];

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
  expect(tcpdumpArgv(['-B', '9'], { login: undefined })).not.toContain('32768'));

test.each([[['-Z', 'root']], [['-nZroot']], [['--relinquish-privileges=root']]])('%j names a user', (args) =>
  expect(has(parseArguments(args), 'Z')).toBe(true),
);

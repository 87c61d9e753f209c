import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { exactArguments, exactEnvironment, exactly, exactText } from '../../../src/host/exact.ts';
import { escapeControls, shellQuote } from '../../../src/text.ts';

const WORDS: readonly (readonly [string, Buffer])[] = [
  ['a byte that begins no letter', Buffer.from('a\xffb', 'latin1')],
  ['the beginning of a letter', Buffer.from('\xe2\x82', 'latin1')],
  [
    'too long for its letter, a surrogate, beyond the last letter',
    Buffer.from('\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80', 'latin1'),
  ],
  ['behind a letter of two surrogates', Buffer.concat([Buffer.from('\u{1F4BE}'), Buffer.from([0x80])])],
  ['every byte but NUL', Buffer.from(Array.from({ length: 255 }, (_, at) => at + 1))],
  ['what a shell or perl would take', Buffer.from('$(id) `id` "\'\\\\n%41 %c3 %s *\n\xff\n\n', 'latin1')],
];

test.each(WORDS)('%s: what dbg holds is the same bytes for a program, and so is what stands beside it', (_, bytes) => {
  const word = exactText(bytes);
  const beside = ['', '%ff', ' \n', '\u{1F4BE}', '\uFFFD', '-e', '$x\\'];
  const show = 'print unpack("H*", $_), "\\n" for @ARGV, $ENV{WORD}, $ENV{OTHER}, $ENV{DBG_EXACT} // "none"';
  const program = exactly(['perl', '-e', show, '--', word, ...beside], {
    PATH: process.env['PATH']!,
    WORD: word,
    OTHER: '%41',
  });
  const { stdout } = spawnSync(program.argv[0]!, program.argv.slice(1), {
    env: { ...program.env },
    encoding: 'latin1',
  });
  const expected = [bytes, ...beside, bytes, '%41', 'none'].map((each) => Buffer.from(each as string).toString('hex'));
  expect(stdout.split('\n').slice(0, -1)).toEqual(expected);
});

test('text is text: nothing comes before the program', () => {
  const argv = ['ls', 'ä', '\u{1F4BE}', '%ff', '\uFFFD'];
  expect(exactText(Buffer.from(argv.join('\0')))).toBe(argv.join('\0'));
  expect(exactly(argv, { A: 'ä' })).toEqual({ argv, env: { A: 'ä' } });
});

test('a variable alone; one that is not given to the program is not asked for', () => {
  const word = exactText(Buffer.from([0xff]));
  expect(exactly(['env'], { A: word, B: '%' })).toMatchObject({ env: { A: '%ff', B: '%', DBG_EXACT: 'A' } });
  expect(exactly(['env', word], {}).env).toEqual({ DBG_EXACT: '' });
});

test('what nothing was lost of is as Node has it; what cannot be read anew too', () => {
  const [args, env] = [['a', 'ä'], { A: 'ä' }];
  expect(exactArguments(args)).toBe(args);
  expect(exactEnvironment(env)).toBe(env);
  expect(exactEnvironment({ NOT_OF_THIS_PROCESS: '\uFFFD' })).toEqual({ NOT_OF_THIS_PROCESS: '\uFFFD' });
});

test('it is printed as bytes', () => {
  const word = exactText(Buffer.from('n\xffx', 'latin1'));
  expect(escapeControls(word)).toBe('n\\xffx');
  expect(shellQuote(word)).toBe(String.raw`$'n\xffx'`);
});

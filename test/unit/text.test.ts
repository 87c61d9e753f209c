import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { duration, escapeControls, escapeLines, printableJson, shellLine, shellQuote } from '../../src/text.ts';

describe('escapeControls', () => {
  test.each([
    ['plain ünïcode ✓', 'plain ünïcode ✓'],
    ['\u001b[31mred\u0007', '\\e[31mred\\u0007'],
    ['a\nb\tc\r', 'a\\nb\\tc\\r'],
    ['\u009b2J', '\\u009b2J'],
    ['gnp\u202etxt', 'gnp\\u202etxt'],
    ['soft\u00adhyphen \u061c \u3164 \ufe0f', 'soft\\u00adhyphen \\u061c \\u3164 \\ufe0f'],
    ['tag\u{e0041}s', 'tag\\u{e0041}s'],
    ['a\0\0\0\u001b\n\0z\u0007\u0007', 'a\\u0000\\u0000\\u0000\\e\\n\\u0000z\\u0007\\u0007'],
  ])('%j', (raw, shown) => expect(escapeControls(raw)).toBe(shown));
});

test('of several lines, line feeds and tabs stay', () => {
  expect(escapeLines('\t0x0000:  4500\n\u001b[2J\u202ea\rb\n\n')).toBe('\t0x0000:  4500\n\\e[2J\\u202ea\\rb\n\n');
});

test('JSON has the same value, and nothing that a terminal obeys', () => {
  const value = { '\u009b2J': ['\u202e', '\u{e0041}', '\ufe0f', '\u007f', 'ü✓'] };
  const text = printableJson(value, 2);
  expect(text).not.toMatch(/[\u007f-\u009f\p{Cf}\ufe0f]/u);
  expect(text).toContain('ü✓');
  expect(JSON.parse(text)).toEqual(value);
});

describe('shellQuote', () => {
  test.each([
    ['web', 'web'],
    ['/usr/bin/ip', '/usr/bin/ip'],
    ['', "''"],
    ["it's", `'it'\\''s'`],
    ['$(reboot)', `'$(reboot)'`],
  ])('%j', (word, quoted) => expect(shellQuote(word)).toBe(quoted));

  test.each([
    "a b'c",
    '\u001b]0;x\u0007',
    "new\nline '\\",
    '-n',
    '*',
    '~',
    '!x',
    '\u009b1m',
    '#a',
    'gnp\u202etxt',
    'tag\u{e0041}',
  ])('bash reads %j back as it was', (word) => {
    const read = execFileSync('bash', [
      '-c',
      `printf %s ${shellLine(['--', word])} | cut -c3- -z | tr -d '\\0'`,
    ]).toString();
    expect(read).toBe(word);
  });
});

test.each([
  [400, '0 seconds'],
  [1_000, '1 second'],
  [59_000, '59 seconds'],
  [180_000, '3 minutes'],
  [7_200_000, '2 hours'],
  [3 * 86_400_000, '3 days'],
  [15 * 86_400_000, '2 weeks'],
  [400 * 86_400_000, '1 year'],
  [-5, '0 seconds'],
])('duration of %d ms is %s', (milliseconds, text) => expect(duration(milliseconds)).toBe(text));

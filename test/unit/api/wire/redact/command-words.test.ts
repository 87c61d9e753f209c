import { expect, test } from 'vitest';
import { commandsOf } from '../../../../../src/api/wire/redact/command-words.ts';

/** The words of each command of a line. Behind those of a command that is piped stands "|". */
const commands = (line: string, isTight = false) =>
  commandsOf(line, isTight).map(({ words, isPiped }) => [...words.map(({ text }) => text), ...(isPiped ? ['|'] : [])]);

test.each<[what: string, line: string, ...commands: string[][]]>([
  ['nothing', ''],
  ['blanks', ' \t '],
  ['words', 'curl  -u\tann:a b', ['curl', '-u', 'ann:a', 'b']],
  ['several lines', 'a b\n\nc', ['a', 'b'], ['c']],
  ['a line that goes on', 'a b\\\nc', ['a', 'b', 'c']],
  ['signs between blanks', 'a ; b && c || d & e', ['a'], ['b'], ['c'], ['d'], ['e']],
  ['a sign behind a word', 'a; b', ['a'], ['b']],
  ['a sign before a word', 'a ;b', ['a'], ['b']],
  ['a sign at the end', 'a;', ['a']],
  ['a sign at the beginning', ';a', ['a']],
  ['signs alone', '; ;'],
  ['a sign that may be part of a word', 'a;b c|d e&f', ['a;b', 'c|d', 'e&f']],
  ['two signs in a word', 'a&&b c||d', ['a'], ['b', 'c'], ['d']],
  ['a pipe', 'a | b', ['a', '|'], ['b']],
  ['a pipe behind a word', 'a| b', ['a', '|'], ['b']],
  ['a pipe behind an escaped one', 'a\\|| b', ['a|', '|'], ['b']],
  ['a pipe behind one in quotes', "a'|'| b", ['a|', '|'], ['b']],
  ['two pipes behind an escaped one', 'a\\||| b', ['a|'], ['b']],
  ['a pipe of both outputs', 'a |& b', ['a', '|'], ['b']],
  ['a substitution', 'a $(b c) d', ['a'], ['b', 'c'], ['d']],
  ['a substitution in a word', 'a=$(b c)d', ['a='], ['b', 'c'], ['d']],
  ['a substitution in another', 'a $(b $(c d) e) f', ['a'], ['b'], ['c', 'd'], ['e'], ['f']],
  ['an old substitution', 'a `b c` d', ['a'], ['b', 'c'], ['d']],
  ['an old substitution, and a bracket', '`a` b) c', ['a'], ['b)', 'c']],
  ['brackets', '(a b) c', ['a', 'b'], ['c']],
  ['brackets in brackets', '(a (b) c) d', ['a'], ['b'], ['c'], ['d']],
  ['a bracket in a word', 'f(a b) c', ['f(a', 'b)', 'c']],
  ['a bracket that nothing opens', 'a b) c', ['a', 'b)', 'c']],
  ['a second bracket that nothing opens', '$(a) b) c', ['a'], ['b)', 'c']],
  ['a dollar', 'a $ $b', ['a', '$', '$b']],
  ['a variable with a bracket behind it', 'a$b(c', ['a$b(c']],
])('splits %s', (_, line, ...expected) => expect(commands(line)).toEqual(expected));

test.each<[what: string, line: string, ...commands: string[][]]>([
  ['a semicolon', 'a;b', ['a'], ['b']],
  ['an &', 'a b&c', ['a', 'b'], ['c']],
  ['a pipe', 'a|b', ['a', '|'], ['b']],
  ['two pipes', 'a||b', ['a'], ['b']],
  ['two & behind a pipe', 'a|b&&c', ['a', '|'], ['b'], ['c']],
  ['a sign in quotes', "'a;b'", ['a;b']],
])('splits at %s, where each of these signs ends a command', (_, line, ...expected) =>
  expect(commands(line, true)).toEqual(expected),
);

test.each<[what: string, line: string, ...words: string[]]>([
  ['single ones', "a 'b c' d", 'a', 'b c', 'd'],
  ['double ones', 'a "b c" d', 'a', 'b c', 'd'],
  ['in a word', `a'b c'"d e"f g`, 'ab cd ef', 'g'],
  ['empty ones', `'' "" a`, '', '', 'a'],
  ['one that never closes', "a 'b c", 'a', "'b", 'c'],
  ['a double one that never closes', 'a "b c', 'a', '"b', 'c'],
  ['a double one that never closes, as its end is escaped', '"a b\\"', '"a', 'b"'],
  ['one in the other', `"a 'b" 'c "d'`, "a 'b", 'c "d'],
  ['an escaped one in double ones', '"a \\"b\\" c"', 'a "b" c'],
  ['a backslash before the end', '"a\\\\" b', 'a\\', 'b'],
  ['a backslash and an escaped quote', '"a\\\\\\"b c"', 'a\\"b c'],
  ['a backslash in single ones', "'a\\nb\\' c", 'a\\nb\\', 'c'],
  ['escaped signs', '"\\$a \\`b\\` \\\' \\\\"', "$a `b` ' \\"],
  ['ends of lines and tabs', '"a\\nb\\rc\\td"', 'a\nb\nc\nd'],
  ['a backslash that escapes nothing', '"a\\xb \\;"', 'a\\xb \\;'],
  ['those with escapes', "$'a\\nb\\'c' d", "a\nb'c", 'd'],
  ['a dollar and double ones', '$"a b"', 'a b'],
  ['a quote in single ones, as a shell has it', "'it'\\''s a' b", "it's a", 'b'],
  ['two such words', "'a'\\''b' c 'd'\\''e'", "a'b", 'c', "d'e"],
  ['empty ones between others', "'a''''b'", 'ab'],
  ['those with a backslash behind a letter, with others in them', "x\\''y' z\\' a", "x'y' z", 'a'],
  ['those with a backslash', "sh -c \\'a b\\' c", 'sh', '-c', 'a b', 'c'],
  ['double ones with a backslash', '\\"a b\\" c', 'a b', 'c'],
  ['those with two backslashes', '\\\\"a \\"b\\\\" c', 'a \\"b', 'c'],
  ['those with a backslash, with an escape in them', '\\"a\\nb\\"', 'a\\nb'],
  ['those with a backslash behind single ones', "'a'\\'b c\\'", 'ab c'],
  ['double ones with a backslash behind single ones', `'a'\\"'b c'\\"`, "a'b c'"],
  ['empty ones with a backslash', "a\\'\\' b", 'a', 'b'],
  ['one with a backslash that never closes', "x\\'' b", "x''", 'b'],
])('quotes: %s', (_, line, ...words) => expect(commands(line)).toEqual([words]));

test.each<[what: string, line: string, ...words: string[]]>([
  ['a blank', 'a\\ b c', 'a b', 'c'],
  ['a quote', "it\\'s", "it's"],
  ['a letter', '\\a\\bc', 'abc'],
  ['a sign', 'a\\;b \\| \\& c', 'a;b', '|', '&', 'c'],
  ['nothing, at the end', 'a b\\', 'a', 'b'],
])('a backslash before %s', (_, line, ...words) => expect(commands(line)).toEqual([words]));

test.each<[what: string, line: string, ...words: string[]]>([
  ['alone', '["a", "b c"]', 'a', 'b c'],
  ['without blanks', '["a","b c"]', 'a', 'b c'],
  ['in single quotes', "['a','b c']", 'a', 'b c'],
  ['behind a word', 'CMD ["a", "b"]', 'CMD', 'a', 'b'],
  ['with a word behind it', '["a"] b', 'a', 'b'],
  ['in escaped quotes', '[\\"a\\", \\"b c\\"]', 'a', 'b c'],
  ['in escaped quotes, without blanks', '[\\"a\\",\\"b c\\"]', 'a', 'b c'],
  ['of single quotes, without blanks', "['a','b'] c", 'a', 'b', 'c'],
  ['with a comma behind its last word', '["a",]', 'a', ']'],
  ['that is none: a comma in a word', '"a",b', 'a,b'],
  ['that is none: a bracket in a word', '"a"]b', 'a]b'],
  ['that is none: a condition', '[ -f "a b" ]', '[', '-f', 'a b', ']'],
  ['that is none: a quote in its word', '[a "b c" d', '[a', 'b c', 'd'],
  ['that is none: behind a name', 'x["a"] b', 'x[a', 'b'],
])('an array %s', (_, line, ...words) => expect(commands(line)).toEqual([words]));

test.each<[what: string, line: string, ...commands: string[][]]>([
  ['with a blank', '-p${P:-a b} c', ['-p${P:-a b}', 'c']],
  ['with blanks, of several', '${A:-a b}${B:-c d} e f}', ['${A:-a b}${B:-c d}', 'e', 'f}']],
  ['with a blank, one in the other', '${A:-${B:-a b} c} d e}', ['${A:-${B:-a b} c}', 'd', 'e}']],
  ['with quotes', '${A:-"a b"} c', ['${A:-a b}', 'c']],
  ['in quotes', '"${A:-"a b"} c" d', ['${A:-a b} c', 'd']],
  ['that never closes', '${A:-a b', ['${A:-a', 'b']],
  ['that closes on another line', '${A:-a b\nc d} e', ['${A:-a', 'b'], ['c', 'd}', 'e']],
  ['that closes, before one that does not', '${A:-a b} ${B:-c d\ne f}', ['${A:-a b}', '${B:-c', 'd'], ['e', 'f}']],
  ['behind a brace', '}${A:-a b} c', ['}${A:-a b}', 'c']],
  ['that is none, but braces', 'a{b c} {d e}', ['a{b', 'c}', '{d', 'e}']],
  ['that is none, but a dollar', '$A{b c}', ['$A{b', 'c}']],
])('a reference %s', (_, line, ...expected) => expect(commands(line)).toEqual(expected));

test.each<[line: string, ...shown: string[]]>([
  ["$a'$b'$c", '$a<$b$c'],
  ['"$a\\$b\\\\$c"', '$a<$b\\$c'],
  ["\\$a \\\\$b $'$c' x$ '$'", '<$a', '\\$b', '<$c', 'x$', '<$'],
  ['\\\'a$b\\\' \\"$a\\"', 'a<$b', '$a'],
])('which $ of %s begin no variable', (line, ...shown) => {
  const [{ words } = { words: [] }] = commandsOf(line, false);
  const marked = words.map(({ text, dollars }) =>
    [...text].map((char, at) => (dollars.includes(at) ? `<${char}` : char)).join(''),
  );
  expect(marked).toEqual(shown);
});

test.each<[line: string, ...at: number[][]]>([
  ['ab c', [0, 1], [3]],
  ["a 'b c' d", [0], [3, 4, 5], [8]],
  ['"a\\nb\\"c\\x"', [1, 3, 4, 6, 7, 8, 9]],
  ['a\\ b c', [0, 2, 3], [5]],
  ['$(a) b', [2], [5]],
  ['["a","b"]', [2], [6]],
  ['\\"a\\" b', [2], [6]],
])('the characters of the words of %s are where they stand in it', (line, ...at) =>
  expect(commandsOf(line, false).flatMap(({ words }) => words.map((word) => word.at))).toEqual(at),
);

import { expect, test } from 'vitest';
import { literalsOf, referenceEnd } from '../../../../../src/api/wire/redact/references.ts';

/** The parts that are no reference, as text. */
const literals = (value: string) => literalsOf(value)?.map(({ from, to }) => value.slice(from, to));

/** ${A:-${A:-…TEXT…}}, so many references deep. */
const deep = (depth: number, text: string) => '${A:-'.repeat(depth) + text + '}'.repeat(depth);

test.each<[what: string, value: string, parts: readonly string[] | undefined]>([
  ['an empty value', '', undefined],
  ['a text', 'hunter2', undefined],
  ['a variable', '$NAME', []],
  ['a variable in braces', '${NAME}', []],
  ['a variable with a text behind it', '${NAME}x', undefined],
  ['a variable with a text before it', 'x$NAME', undefined],
  ['a variable in small letters', '$name', undefined],
  ['two variables', '$A${B}$C_2', []],
  ['variables with a colon between them', '$USER:$PASS', []],
  ['variables with a comma between them', '$A,$B', []],
  ['variables with another sign between them', '$A;$B', undefined],
  ['variables with two signs between them', '$A:,$B', undefined],
  ['a variable with a colon behind it', '${A}:', []],
  ['a default', '${A:-x}', ['x']],
  ['a default without a colon', '${A-x}', ['x']],
  ['a default that is assigned', '${A:=x}', ['x']],
  ['what stands in place of a variable', '${A+x}', ['x']],
  ['what is said where a variable is missing', '${A:?x}', []],
  ['the same, without a colon', '${A?x}', []],
  ['an empty default', '${A:-}', []],
  ['a default of one letter that is not closed', '${A:-x', undefined],
  ['a name that is not closed', '${A', undefined],
  ['a default of braces', '${A:-{x}', ['{x']],
  ['two defaults', '${A:-x}:${B:-y}', ['x', 'y']],
  ['a default that is a variable', '${A:-$B}', []],
  ['a default in a default', '${A:-${B:-x}}', ['x']],
  ['a default of a variable and a text', '${A:-$B/x}', ['$B/x']],
  ['a default and a text behind it', '${A:-x}y', undefined],
  ['a default with a blank', '${A:-x y}', ['x y']],
  ['defaults as deep as they are followed', deep(6, 'x'), ['x']],
  ['deeper ones, as a whole', deep(7, 'x'), ['${A:-x}']],
])('%s: %s', (_, value, parts) => expect(literals(value)).toEqual(parts));

test.each<[what: string, text: string, from: number, end: number]>([
  ['ends at its brace', '${A:-x} y}', 0, 7],
  ['ends behind the one in it', '${A:-${B}}', 0, 10],
  ['begins in the middle', 'x ${A}', 2, 6],
  ['holds braces of its own', '${A:-{}}', 0, 7],
  ['never ends', '${A:-x', 0, -1],
  ['never ends, as only the one in it does', '${A:-${B}', 0, -1],
  ['ends at the last place that is looked at', `\${${'A'.repeat(4093)}}`, 0, 4096],
  ['ends behind that place', `\${${'A'.repeat(4094)}}`, 0, -1],
  ['ends at the last place, counted from where it begins', `12\${${'A'.repeat(4093)}}`, 2, 4098],
])('a reference that %s', (_, text, from, end) => expect(referenceEnd(text, from)).toBe(end));

import { expect, test } from 'vitest';
import { valueEnds } from '../../../../../src/api/wire/redact/value-ends.ts';

/** The values of a body that comes in pieces of this size, and last what is not whole. */
function valuesOf(body: string, size: number): string[] {
  const ends = valueEnds();
  const values: string[] = [];
  let held = '';
  for (let at = 0; at < body.length; at += size) {
    const piece = Buffer.from(body.slice(at, at + size));
    let from = 0;
    for (let end; (end = ends(piece, from)) >= 0; from = end) {
      values.push(held + piece.toString('utf8', from, end));
      held = '';
      if (values.length > body.length) throw new Error('it finds no end of the values');
    }
    held += piece.toString('utf8', from);
  }
  return [...values, held];
}

test.each<[what: string, ...values: string[]]>([
  ['nothing', ''],
  ['one without a line feed', '{"a":1}'],
  ['one with a line feed', '{"a":1}\n', ''],
  ['several lines', '{"a":1}\n', '[1]\n', '{"b":2}\n', ''],
  ['two without a line feed', '{"a":1}', '{"b":2}'],
  ['two lists without a line feed', '[1]', '[2]\n', '[3]'],
  ['one in the other', '{"a":{"b":[{},{}]},"c":{}}\n', ''],
  ['a document of several lines', '{\n "a": [\n1\n]\n}\n', ''],
  ['a document that goes on', '{\n"a":1\n'],
  ['numbers and words', '1\n', 'true\n', '2'],
  ['a number before an object', '1{"a":1}\n', ''],
  ['brackets in a string', '{"a":"}]{["}\n', '{}\n', ''],
  ['a string that is not in an object', '"{"\n', '"["\n', ''],
  ['a line feed in a string', '"a\nb"\n', ''],
  ['a quote in a string', '{"a":"\\"}\\""}\n', ''],
  ['a quote and a bracket in a string', '{"a":"\\"{"}\n', ''],
  ['an empty string at the beginning', '{"":"}"}\n', ''],
  ['a backslash at the end of a string', '{"a":"\\\\"}', '{"b":2}\n', ''],
  ['a backslash outside of a string', '\\"}{"\n', ''],
  ['more ends than beginnings', '}]\n', '{"a":1}\n', ''],
  ['an end, and a beginning on its line', '}', '{"a":\n1}\n', ''],
  ['an empty line between them', '{}\n', '\n', '{}\n', ''],
])('the values of a body: %s', (_, ...values) => {
  for (const size of [Infinity, 3, 2, 1]) expect(valuesOf(values.join(''), size)).toEqual(values);
});

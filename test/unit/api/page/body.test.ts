import { expect, test } from 'vitest';
import { fromBase64, hexDump, isBinary, jsonTokens } from '../../../../src/api/page/assets/body.js';
import { bytesText, millisecondsText, visible } from '../../../../src/web/assets/format.js';

const indented = (text: string) =>
  jsonTokens(text)
    ?.map((token) => token.text)
    .join('');

test.each(['{"a":[1,{"b":null}],"c":{},"d":[],"e":"x:{[,\\""}', '[]', '"x"', '12', ' [ true , false ] ', '{"":""}'])(
  'JSON %s',
  (text) => {
    expect(indented(text)).toBe(JSON.stringify(JSON.parse(text), undefined, 2));
  },
);

test('JSON as it was sent: numbers that JavaScript cannot hold, a key that is there twice', () => {
  expect(indented('{"a":9223372036854771712,"a":1.0}')).toBe('{\n  "a": 9223372036854771712,\n  "a": 1.0\n}');
  expect(jsonTokens('{"k":"v","n":-1,"t":true}')?.filter(({ kind }) => kind !== 'sign')).toEqual([
    { kind: 'key', text: '"k"' },
    { kind: 'string', text: '"v"' },
    { kind: 'key', text: '"n"' },
    { kind: 'number', text: '-1' },
    { kind: 'key', text: '"t"' },
    { kind: 'word', text: 'true' },
  ]);
});

test.each(['', '{', '{"a":1} {"b":2}', 'text'])('no JSON: %j', (text) => {
  expect(jsonTokens(text)).toBeUndefined();
});

test('bytes', () => {
  expect(isBinary(new TextEncoder().encode('é\n'))).toBe(false);
  expect(isBinary(Uint8Array.of(0x61, 0xc3))).toBe(false); // the rest of it is to come
  expect(isBinary(Uint8Array.of(0xc3, 0x28))).toBe(true);
  expect(isBinary(Uint8Array.of(0x61, 0))).toBe(true);
  expect(fromBase64('AP9h')).toEqual(Uint8Array.of(0, 255, 97));
  expect(hexDump(new TextEncoder().encode('0123456789abcdef\u007f'), 16)).toBe(
    '00000010  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  |0123456789abcdef|\n' +
      `00000020  7f${' '.repeat(45)}  |.|`,
  );
});

test('what drives a terminal or turns text round is seen', () => {
  expect(visible('a\u001b[31m\u202eb\u200b\n\tc')).toBe('a\\e[31m\\u202eb\\u200b\\n\\tc');
  expect(visible('a\u0000\rb\r\n\tc', true)).toBe('a\\u0000\\rb\n\tc');
});

test('sizes and times', () => {
  expect([0, 999, 1000, 1_234_567].map(bytesText)).toEqual(['0 B', '999 B', '1.00 kB', '1.23 MB']);
  expect([0.42, 250, 61_234].map(millisecondsText)).toEqual(['0.4 ms', '250 ms', '61.2 s']);
});

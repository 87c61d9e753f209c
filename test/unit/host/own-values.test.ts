import { expect, test } from 'vitest';
import { OWN_VALUES_VARIABLE, ownValues, packedValues } from '../../../src/host/own-values.ts';

test("root's dbg knows the person's values that were asked for, and no others", () => {
  const packed = packedValues({ HOME: '/home/ann', TOKEN: 'a=b\n"c"', SECRET: 'x' }, ['HOME', 'TOKEN', 'UNSET']);
  const root = { HOME: '/root', PATH: '/bin', [OWN_VALUES_VARIABLE]: packed };
  expect(ownValues(root)).toEqual({ ...root, HOME: '/home/ann', TOKEN: 'a=b\n"c"' });
});

test.each(['', '{', 'null', '7', '[]', '{"HOME":5}'])('what is no such text is nothing: %s', (text) =>
  expect(ownValues({ HOME: '/root', [OWN_VALUES_VARIABLE]: text })['HOME']).toBe('/root'),
);

test('without sudo it is what dbg has itself', () => expect(ownValues({ A: '1' })).toEqual({ A: '1' }));

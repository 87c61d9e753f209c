import { expect, test } from 'vitest';
import { refuseTrace, traceWish } from '../../../../src/verbs/why/trace-wish.ts';
import { fakeContext } from '../../fakes.ts';

test.each([
  [{}, undefined],
  [{ trace: true }, 3000],
  [{ trace: true, for: '500ms' }, 500],
  [{ trace: true, for: '2m' }, 120_000],
])('%j', (options, forMs) => expect(traceWish(fakeContext(), options)?.forMs).toBe(forMs));

test.each([
  [{ for: '3s' }, 'there is no --trace'],
  [{ trace: true, for: 'long' }, 'not "long"'],
  [{ trace: true, for: '1us' }, 'not "1us"'],
  [{ trace: true, for: '1h' }, 'not "1h"'],
])('%j is refused', (options, message) => expect(() => traceWish(fakeContext(), options)).toThrow(message));

test('a line says when it begins', () => {
  const ctx = fakeContext();
  traceWish(ctx, { trace: true })?.onBegin('w\u001bb', 2);
  expect(ctx.printed.err).toBe('dbg: w\\eb: tracing its 2 processes for 3 seconds; let it do now what is refused\n');
});

test('only of one container', () => {
  expect(() => refuseTrace({ trace: true })).toThrow('about one container alone');
  expect(() => refuseTrace({})).not.toThrow();
});
